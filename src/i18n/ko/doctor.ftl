doctor-kernel = 리눅스 커널(kernel)
doctor-kernel-found = 버전 { $version }입니다.
doctor-kernel-old = 버전 { $version }입니다. root 없이 쓰려면 5.11 이상이 필요합니다.
doctor-kernel-too-old = 버전 { $version }입니다. 5.3 이상이 필요합니다.
doctor-kernel-cost = root 없이는 이미지를 마운트할 수 없고, 5.3보다 오래된 커널에서는 아무것도 실행되지 않습니다. 레슨은 녹화로 볼 수 있습니다.

doctor-user-namespaces = 사용자 네임스페이스(user namespace)
doctor-user-namespaces-root = root이므로 필요하지 않습니다.
doctor-user-namespaces-yes = 일반 사용자도 만들 수 있습니다.
doctor-user-namespaces-refused = 일반 사용자는 만들 수 없습니다(설정: { $switch }): { $reason }
doctor-user-namespaces-cost = root 없이는 엔진이 시작되지 않습니다. `sudo dockwalk engine`으로 시작하거나, 녹화된 레슨을 재생하세요.

doctor-subordinate-ids = 보조 ID(subordinate id)
doctor-subordinate-ids-root = root이므로 필요하지 않습니다.
doctor-subordinate-ids-found = 사용자 자신의 ID 외에 { $count }개가 있습니다.
doctor-subordinate-ids-few = 사용자 자신의 ID 외에 { $count }개뿐입니다. 이미지는 65534까지의 ID를 씁니다.
doctor-subordinate-ids-none = /etc/subuid와 /etc/subgid에 { $user }의 것이 없습니다.
doctor-subordinate-ids-cost = 컨테이너 안에는 root만 있습니다. 다른 사용자의 파일도 root의 것이 되고, 사용자를 바꾸는 프로그램은 실패합니다.

doctor-newuidmap = newuidmap, newgidmap
doctor-newuidmap-root = root이므로 필요하지 않습니다.
doctor-newuidmap-found = { $path }
doctor-newuidmap-powerless = { $path }: 있지만 setuid root가 아니어서 제 일을 할 수 없습니다.
doctor-newuidmap-none = 설치되어 있지 않습니다.
doctor-newuidmap-cost = 보조 ID를 쓸 수 없어서 컨테이너 안에는 root만 있습니다.

doctor-overlay = 오버레이 파일 시스템(overlay)
doctor-overlay-works = 마운트하고, 바꾸고, 다시 읽어 보았습니다.
doctor-overlay-refused = 마운트할 수 없습니다: { $reason }
doctor-overlay-cost = 이미지의 레이어(layer)를 쌓을 수 없어서 컨테이너가 시작되지 않습니다. 레슨은 녹화로 볼 수 있습니다.

doctor-cgroup = 컨트롤 그룹(cgroup)
doctor-cgroup-delegated = 버전 { $version }입니다. 그룹을 만들 수 있습니다.
doctor-cgroup-refused = 버전 { $version }입니다. 그룹을 만들 수 없습니다: { $reason }
doctor-cgroup-none = 마운트되어 있지 않습니다.
doctor-cgroup-cost = 컨테이너가 제한 없이 실행됩니다. --memory, --pids-limit, --cpus가 효과가 없습니다.

doctor-nft = nftables
doctor-nft-works = 마스커레이드(masquerade) 규칙을 만들었다가 지워 보았습니다.
doctor-nft-refused = nft가 규칙을 만들지 못합니다: { $reason }
doctor-nft-none = `nft`가 설치되어 있지 않습니다.
doctor-nft-cost = 컨테이너끼리, 그리고 호스트와는 통신하지만 그 밖으로는 나가지 못합니다.

doctor-uplink = 실습 호스트에서 바깥으로 나가는 길
doctor-uplink-found = { $program }
doctor-uplink-none = slirp4netns도 pasta도 설치되어 있지 않습니다.
doctor-uplink-cost = 컨테이너끼리, 그리고 호스트와는 통신하지만 인터넷에는 닿지 못합니다. 이미지를 받는 데는 영향이 없습니다.

doctor-tun = /dev/net/tun
doctor-tun-works = 열 수 있습니다.
doctor-tun-refused = 열 수 없습니다: { $reason }
doctor-tun-cost = 실습 호스트에서 바깥으로 나가는 길이 없어 컨테이너가 인터넷에 닿지 못합니다. 이미지를 받는 데는 영향이 없습니다.

doctor-busybox = 정적 busybox
doctor-busybox-found = { $path }
doctor-busybox-dynamic = { $path }: 공유 라이브러리가 필요해서 이미지 안에서 혼자 실행되지 않습니다.
doctor-busybox-none = 설치되어 있지 않습니다.
doctor-busybox-cost = 내장 레지스트리(registry)에 lab/… 이미지가 없습니다. 다른 레지스트리의 이미지는 쓸 수 있습니다.

doctor-wsl = 리눅스용 Windows 하위 시스템(WSL)
doctor-wsl-no = WSL이 아닙니다.
doctor-wsl-one = WSL 1입니다. WSL 1에는 리눅스 커널이 없습니다.
doctor-wsl-two = WSL 2입니다.
doctor-wsl-cost = 네임스페이스(namespace)가 없어서 아무것도 실행되지 않습니다. 레슨은 녹화로 볼 수 있습니다.

doctor-display = 화면(display)
doctor-display-found = { $name }: 응답합니다.
doctor-display-silent = { $name }: 응답하지 않습니다.
doctor-display-none = 화면이 없습니다(WAYLAND_DISPLAY도 DISPLAY도 정해져 있지 않습니다).
doctor-display-cost = 창을 열 수 없습니다. 창 없이도 쓸 수 있는 명령: `dockwalk lesson run LESSON --headless`, `dockwalk docker run -it lab/shell:1`

doctor-disk = 디스크 공간
doctor-disk-free = { $path }에 { $free } GiB가 남아 있습니다.
doctor-disk-little = { $path }에 { $free } GiB만 남아 있습니다.
doctor-disk-full = { $path }에 남은 공간이 { $free } GiB입니다.
doctor-disk-unknown = { $path }: 볼 수 없습니다. { $free }
doctor-disk-cost = 큰 이미지가 들어가지 않습니다. 공간을 비우거나 `--root DIR`로 엔진을 다른 곳에 두세요.
