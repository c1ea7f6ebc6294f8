problem-call-not-made = `{ $call }` 호출은 하지 않았습니다: { $why ->
        [gone] 없애려던 것이 이미 없었습니다
        [there] 가져오려던 것이 이미 있습니다
       *[needed] 그사이 없애면 안 되는 것이 되었습니다
    }. 따로 할 일은 없습니다.
problem-cancelled = 취소했습니다.
problem-host-refused = { $subject }: { $what ->
        [read] 읽기
        [write] 쓰기
        [make] 만들기
        [start] 시작하기
        [run] 실행하기
        [open] 열기
        [remove] 지우기
        [delete] 지우기
        [clear] 비우기
        [rename] 이름 바꾸기
        [replace] 바꾸기
        [copy] 복사하기
        [mount] 마운트(mount)
        [unmount] 마운트 해제(unmount)
        [lock] 잠그기
        [bind] 소켓 열기(bind)
       *[other] { $what }
    } 작업을 호스트가 거절했습니다 ({ $reason }). `dockwalk doctor`로 이 컴퓨터에서 무엇이 가능한지 확인하세요.
problem-disk-full = { $subject }: 디스크에 남은 공간이 없어 { $what ->
        [read] 읽기
        [write] 쓰기
        [make] 만들기
        [start] 시작하기
        [run] 실행하기
        [open] 열기
        [remove] 지우기
        [delete] 지우기
        [clear] 비우기
        [rename] 이름 바꾸기
        [replace] 바꾸기
        [copy] 복사하기
        [mount] 마운트(mount)
        [unmount] 마운트 해제(unmount)
        [lock] 잠그기
        [bind] 소켓 열기(bind)
       *[other] { $what }
    } 작업을 끝내지 못했습니다 ({ $reason }). 공간을 비우거나 `--root`로 다른 디스크를 지정한 뒤 다시 실행하세요.

problem-userns-refused = 이 호스트는 일반 사용자가 사용자 네임스페이스(user namespace)를 만드는 것을 허용하지 않습니다 ({ $reason }). { $switch ->
        [kernel-apparmor_restrict_unprivileged_userns] AppArmor가 막고 있습니다(kernel.apparmor_restrict_unprivileged_userns = 1, Ubuntu 24.04의 기본값). 관리자가 `{ $mend }` 명령으로 허용할 수 있습니다.
        [kernel-unprivileged_userns_clone] 기능이 꺼져 있습니다(kernel.unprivileged_userns_clone = 0). 관리자가 `{ $mend }` 명령으로 켤 수 있습니다.
        [user-max_user_namespaces] 한도가 0입니다(user.max_user_namespaces = 0). 관리자가 `{ $mend }` 명령으로 늘릴 수 있습니다.
       *[other] 알려진 설정 중에는 원인이 없습니다. 컨테이너의 seccomp 필터나 이미 다 쓴 한도가 원인일 수 있습니다.
    } 다른 방법도 두 가지 있습니다. 관리자 권한으로 엔진을 시작하거나(`sudo dockwalk engine`, 창에서는 `pkexec`), 녹화된 레슨을 재생하세요.
problem-root-is-limited = 여기서는 root도 네임스페이스(namespace)를 만들 수 없습니다 ({ $reason }). CAP_SYS_ADMIN이 없는 컨테이너 안에서 실행 중인 것으로 보입니다. 그 권한을 주거나(`--privileged`), 호스트에서 직접 실행하거나, 녹화된 레슨을 재생하세요.
problem-host-mode-needs-root = `--mode host`는 호스트의 실제 네트워크에서 동작하므로 root 권한이 필요합니다. `sudo dockwalk engine --mode host`로 시작하거나, `--mode host`를 빼고 실행하세요. 실습 호스트에는 root가 필요하지 않습니다.
problem-docker0-foreign = { $name ->
        [docker0] dockwalk가 만들지 않은 docker0 링크가 이미 있습니다. 아마 Docker가 만든 것입니다. dockwalk는 이것을 건드리지 않습니다. Docker를 멈추고 링크를 지우거나(`sudo systemctl stop docker docker.socket && sudo ip link delete docker0`), `--mode host`를 빼고 실행하세요. 실습 호스트에는 따로 docker0이 있습니다.
       *[other] 링크 { $name }: dockwalk가 만들지 않은 링크가 이미 있습니다. dockwalk는 이것을 건드리지 않습니다. 네트워크의 브리지에 다른 이름을 지정하세요.
    }
problem-docker0-gone = 브리지(bridge) { $name }: 없어졌습니다. 엔진이 실행되는 동안 누군가 지웠습니다. 엔진을 다시 시작하면 새로 만듭니다.
problem-link-gone = 링크 { $name }: 없어졌습니다. 그 사이에 누군가 지웠습니다. 컨테이너를 다시 시작하세요.
problem-netlink-refused = 커널이 `{ $request }` 요청을 거절했습니다 ({ $reason }). `dockwalk doctor`로 이 컴퓨터에서 무엇이 가능한지 확인하세요.
problem-addresses-used-up = { $subnet }에 남은 주소가 없습니다. 필요 없는 컨테이너를 지운 뒤(`docker rm`) 다시 시작하세요.
problem-nft-failed = nft 테이블 { $table }: 지우지 못했습니다 ({ $reason }). 직접 지우세요: `nft delete table ip { $table }`

problem-subids-missing = { $files }에 { $user }의 보조 ID(subordinate id)가 없어서 컨테이너 안에는 root만 있습니다. 이미지는 실행되지만 다른 사용자의 파일도 root의 것이 됩니다. 고치려면 `{ $grant }` 명령을 실행하고 엔진을 다시 시작하세요.
problem-newuidmap-missing = newuidmap이 설치되어 있지 않아서 컨테이너 안에는 root만 있습니다. 이미지는 실행되지만 다른 사용자의 파일도 root의 것이 됩니다. 고치려면 `sudo apt install uidmap`을 실행하고 엔진을 다시 시작하세요.
problem-newuidmap-failed = newuidmap이 보조 ID(subordinate id)를 연결하지 못해서 ({ $reason }) 컨테이너 안에는 root만 있습니다. newuidmap이 setuid root인지(`sudo apt install --reinstall uidmap`), /etc/subuid의 범위가 겹치지 않는지 확인하고 엔진을 다시 시작하세요.
problem-nat-not-here = `nft`가 설치되어 있지 않습니다. 컨테이너끼리, 그리고 호스트와는 통신하지만 그 밖으로는 나가지 못합니다. 고치려면 `sudo apt install nftables`를 실행하고 엔진을 다시 시작하세요.
problem-routers-still-heard = 이제 호스트가 IPv6를 전달합니다. 전달하는 호스트는 라우터의 알림을 받지 않아서, 알림으로 생긴 기본 라우트를 잃습니다. 이 컴퓨터의 라우트가 그대로 있도록 엔진이 끝날 때까지 net.ipv6.conf.링크.accept_ra 값을 2로 둡니다. 해당 링크: { $links }.
problem-nat-refused = nft가 마스커레이드(masquerade) 규칙을 만들지 못했습니다 ({ $reason }). 컨테이너끼리, 그리고 호스트와는 통신하지만 그 밖으로는 나가지 못합니다. 커널에 nf_tables와 nft_masq가 있는지 확인하고(`sudo modprobe nft_masq`) 엔진을 다시 시작하세요.
problem-uplink-not-here = slirp4netns도 pasta도 설치되어 있지 않아서 실습 호스트에 바깥으로 나가는 길이 없습니다. 컨테이너끼리, 그리고 호스트와는 통신하지만 인터넷에는 닿지 못합니다. 고치려면 `sudo apt install slirp4netns`를 실행하고 엔진을 다시 시작하세요.
problem-uplink-failed = { $program }: 시작하자마자 끝나서 ({ $reason }) 실습 호스트에 바깥으로 나가는 길이 없습니다. 컨테이너끼리, 그리고 호스트와는 통신하지만 인터넷에는 닿지 못합니다. `dockwalk doctor`로 무엇이 부족한지 확인하세요.
problem-uplink-sandbox-unknown = { $program }: 오래된 버전이라 스스로 격리하는 기능(`--enable-sandbox`, `--enable-seccomp`)이 없어 격리 없이 실행합니다. 악의적인 패킷에 장악되면 엔진의 권한을 그대로 갖게 됩니다. slirp4netns 0.4 이상을 설치한 뒤 엔진을 다시 시작하세요.
problem-uplink-unsandboxed = { $program }: 스스로 격리하지 못해({ $reason }) 격리 없이 실행합니다. 악의적인 패킷에 장악되면 엔진의 권한을 그대로 갖게 됩니다. 엔진이 실행되는 곳에서 마운트 네임스페이스와 seccomp를 허용한 뒤 엔진을 다시 시작하세요.
problem-tun-refused = /dev/net/tun을 열 수 없어서 ({ $reason }) 실습 호스트에 바깥으로 나가는 길이 없습니다. 컨테이너끼리, 그리고 호스트와는 통신하지만 인터넷에는 닿지 못합니다. 고치려면 `sudo modprobe tun && sudo chmod 0666 /dev/net/tun`을 실행하고 엔진을 다시 시작하세요.
problem-place-foreign = { $path }의 주인은 사용자 { $owner }이고 지금 사용자는 { $user }입니다. 그 안의 것은 믿을 수 없으므로 쓰지 않습니다. 자신의 위치를 지정하거나(`--root DIR`, `--socket PATH`, XDG_RUNTIME_DIR) 그것을 지우도록 하세요.
problem-place-open = 다른 사용자가 { $path }에 쓸 수 있습니다(권한 { $mode }). 거기 있는 것이 남의 것일 수 있어 쓰지 않습니다. 내용이 맞는지 확인하고 `chmod go-w`로 닫거나, `--root DIR`이나 `--socket PATH`로 다른 위치를 지정하세요.
problem-place-kind = { $path }: dockwalk가 만든 것이 아닙니다. { $found ->
        [link] 심볼릭 링크(symbolic link)
        [directory] 디렉터리(directory)
        [file] 파일
        [pipe] 파이프(pipe)
       *[other] 다른 종류
    }이므로 따라가거나 열지 않습니다. 누가 두었는지 확인하고 지우거나, `--root DIR`이나 `--socket PATH`로 다른 위치를 지정하세요.
problem-place-names = { $path }에 이름(하드 링크, hard link)이 { $count }개 있습니다. 다른 사람의 파일일 수 있어 열지 않습니다. 누가 두었는지 확인하고 그 이름을 지우거나, `--root DIR`로 다른 디렉터리를 지정하세요.
problem-journal-entry-foreign = 저널(journal) { $journal }에 `{ $what }` 항목이 있습니다. 이 디렉터리의 엔진이 만들 수 없는 것을 되돌리라는 뜻이라 실행하지 않았습니다. 누가 썼는지 확인한 뒤, 엔진이 실행 중이 아닐 때 그 줄을 지우세요.
problem-journal-line-unreadable = 저널(journal) { $journal }의 { $line }번째 줄을 읽을 수 없어, 그 줄이 되돌리려던 것을 되돌리지 못했습니다. 줄은 파일에 남겨 두며 엔진을 시작할 때마다 다시 알립니다. 무엇을 가리키는지 살펴보고(`dockwalk doctor` 참고) 직접 되돌린 뒤, 엔진이 실행 중이 아닐 때 그 줄을 지우세요.
problem-journal-version = 저널(journal) { $journal }의 버전은 { $version }인데, 이 dockwalk은 버전 { $readable }까지만 읽을 수 있습니다. 더 새로운 dockwalk이 쓴 파일이므로 남은 것을 되돌리는 일도 그 버전만 할 수 있습니다. 그 버전을 한 번 실행하거나, 이 호스트에 남은 것이 없을 때 파일을 지우세요.
problem-recover-failed = 이전 엔진이 남긴 것을 되돌리지 못했습니다: { $what } ({ $reason }). 저널(journal)에 남겨 두고 다음에 시작할 때 다시 시도합니다.

# ── 네트워크 ──
problem-not-all-recorded =
    { $of ->
        [host] 호스트
       *[other] 컨테이너 { $of }의 네트워크 네임스페이스
    }에 { $what ->
        [links] 링크가
        [addresses] 주소가
        [macs] 브리지의 MAC 표에 적힌 주소가
       *[routes] 라우트가
    } 기록하는 한도({ $limit }개)보다 많아 그림에 모두 보이지는 않습니다. 나머지는 그곳에서 `ip addr`, `ip route`, `bridge fdb`로 볼 수 있습니다.
problem-nat-not-read = nft가 규칙을 만들었지만 만든 것을 다시 읽지 못해({ $reason }) 그림에 보이지 않습니다. 컨테이너의 통신에는 문제가 없습니다. JSON을 지원하는 nft(`nft -j list ruleset`)를 설치하면 해결됩니다.
problem-network-name = 네트워크 이름으로 쓸 수 없습니다: { $name }. 영문자와 숫자를 쓰고, 두 번째 글자부터는 `_`, `.`, `-`도 쓸 수 있습니다.
problem-network-exists = 같은 이름의 네트워크가 이미 있습니다: { $name }. 다른 이름을 쓰거나 먼저 그 네트워크를 지우세요(`docker network rm { $name }`).
problem-network-option-unknown = 네트워크 { $name }에 쓸 수 없는 옵션입니다: { $option }. 드라이버({ $driver })가 모르는 옵션이니 빼고 다시 시도하세요.
problem-network-subnet-invalid = 네트워크 { $name }에 서브넷(subnet) { $subnet }과 게이트웨이(gateway) { $gateway }를 쓸 수 없습니다. 프리픽스 길이는 1~30비트로, 게이트웨이는 서브넷 안의 첫 주소도 마지막 주소도 아닌 것으로 고르세요.
problem-network-subnet-no-links = 네트워크 { $name }에 서브넷(subnet) { $subnet }을 쓸 수 없습니다. 링크가 가질 수 없는 멀티캐스트 주소(ff00::/8)나 IPv6로 적은 IPv4 주소(::ffff:0:0/96)가 들어 있습니다. fd00:1::/64 같은 다른 서브넷을 고르세요.
problem-network-overlaps = 네트워크 { $name }의 서브넷(subnet) { $subnet }이 네트워크 { $other }의 서브넷과 겹칩니다. 다른 서브넷을 고르세요.
problem-network-overlaps-uplink = 네트워크 { $name }의 서브넷(subnet) { $subnet }이 실습 호스트에서 바깥으로 나가는 데 쓰는 { $uplink }와 겹칩니다. 겹치지 않는 서브넷을 고르세요{ $free ->
    [none] .
   *[other] (예: { $free }).
}
problem-network-connected = 컨테이너가 이미 그 네트워크에 연결되어 있습니다: 컨테이너 { $container }, 네트워크 { $name }. 먼저 연결을 끊거나 그대로 두세요.
problem-network-in-use = 사용 중이라 지울 수 없는 네트워크입니다: { $name }({ $id }). 연결된 컨테이너({ $containers })를 먼저 멈추거나 연결을 끊으세요.
problem-network-predefined = 미리 정의된 네트워크라서 엔진이 실행되는 동안 지울 수 없습니다: { $name }. 직접 만든 네트워크만 지울 수 있습니다.
problem-network-teardown = 네트워크를 정리하는 동안 { $count }가지가 잘못되었지만 나머지는 끝까지 정리했습니다: { $reasons }. 남은 것은 저널(journal)에 있으며 엔진이 끝나거나 시작할 때 다시 시도합니다.
problem-no-such-network-driver = 그런 네트워크 드라이버는 없습니다: { $driver }. `bridge`를 쓸 수 있습니다.
problem-network-address-taken = 이미 사용 중인 주소입니다: 네트워크 { $network }의 { $address }. 다른 컨테이너나 게이트웨이의 주소이거나, 아무도 쓸 수 없는 주소입니다. 다른 주소를 고르거나 { $flag } 옵션을 빼세요.
problem-address-outside = 서브넷(subnet)에 속하지 않는 주소입니다: { $address }. 네트워크 { $network }의 서브넷은 { $subnet }입니다. 그 안의 주소를 고르세요.
problem-address-user-only = 주소는 직접 만든 네트워크에서만 고를 수 있습니다. { $network } 네트워크는 주소를 스스로 정합니다. `docker network create --subnet …`으로 네트워크를 만들거나 { $flag } 옵션을 빼세요.
problem-alias-user-only = 별칭은 직접 만든 네트워크에 있는 컨테이너만 가질 수 있습니다. { $network } 네트워크에는 이름에 답해 주는 곳이 없습니다. `docker network create`로 네트워크를 만들거나 별칭을 빼세요.
problem-invalid-ipv4 = IPv4 주소가 아닙니다: { $address }. 172.20.0.5처럼 숫자 네 개로 쓰세요.
problem-network-reserved = 미리 정의된 네트워크의 이름이라서 쓸 수 없습니다: { $name }. 이미 있는 네트워크입니다. 다른 이름을 고르세요.
problem-network-only-one = "{ $driver }" 네트워크는 하나만 있을 수 있고, 이미 있습니다. 그것을 쓰거나 --driver를 빼고 브리지를 만드세요.
problem-network-bridge-taken = 네트워크 { $name }: 브리지 이름 { $bridge } 자리에 이미 네트워크 { $other }의 브리지가 있습니다. 브리지에 다른 이름을 붙이세요.
problem-network-option-invalid = 옵션의 값을 읽을 수 없습니다: { $option }={ $value }. 쓸 수 있는 값: { $wanted }. 고치거나 옵션을 빼세요.
problem-network-cidr-invalid = 올바른 CIDR 주소가 아닙니다: { $subnet }. 172.28.0.0/16처럼 주소/접두사 길이로 쓰세요.
problem-network-gateway-invalid = 게이트웨이(gateway) 주소가 올바르지 않습니다: { $gateway }. 서브넷에 속하는 IPv4 주소를 쓰세요.
problem-network-auxiliary = 보조 주소(aux-address) { $name }={ $address }: { $why ->
    [outside] 서브넷 { $subnet } 밖의 주소입니다.
   *[taken] 이미 사용 중인 주소입니다. 게이트웨이나 다른 보조 주소이거나, 서브넷 { $subnet }의 첫 주소나 마지막 주소입니다.
} `--aux-address`에 다른 주소를 지정하세요.
problem-network-no-gateway = 게이트웨이 주소를 정할 수 없습니다({ $gateway }): { $why ->
    [taken] 이미 사용 중인 주소입니다
    [outside] 서브넷 밖의 주소입니다
   *[none] 남은 주소가 없습니다
}. 서브넷은 { $subnet }입니다. 더 큰 서브넷을 고르거나, 첫 주소도 마지막 주소도 아닌 게이트웨이를 고르세요.
problem-network-many-subnets = 브리지 드라이버는 서브넷을 여러 개 가질 수 없습니다. 하나만 쓰고, 나머지는 네트워크를 하나 더 만드세요.
problem-network-no-pool6 = IPv6에는 기본 주소 범위가 없어 네트워크에 줄 것이 없습니다. `--ipv6 --subnet fd00:1::/64`처럼 --subnet으로 직접 정하세요.
problem-address-no-subnet = { $network } 네트워크에는 { $address } 주소를 줄 IPv6 서브넷(subnet)이 없습니다. `docker network create --ipv6 --subnet fd00:1::/64 이름`으로 네트워크를 만들거나 --ip6를 빼세요.
problem-invalid-ipv6 = IPv6 주소가 아닙니다: { $address }. fd00:1::5처럼 쓰세요.
problem-network-no-pool = 네트워크에 줄, 겹치지 않는 IPv4 주소 범위가 기본값 가운데 남아 있지 않습니다. 필요 없는 네트워크를 지우거나(`docker network prune`) --subnet으로 서브넷을 고르세요.
problem-network-not-connected = 그 네트워크에 연결되어 있지 않은 컨테이너입니다: 컨테이너 { $container }({ $id }), 네트워크 { $network }. 어느 네트워크에 있는지는 `docker inspect { $container }`에서 보입니다.
problem-network-host-fixed = host 네트워크에는 연결할 수도, 거기서 떼어 낼 수도 없습니다. host는 호스트의 네임스페이스 자체입니다. --network를 써서 컨테이너 { $container } 대신 새 컨테이너를 만드세요.
problem-network-none-alone = none 네트워크에 있는 컨테이너는 다른 네트워크에 함께 있을 수 없습니다. 먼저 none에서 떼어 내세요: 컨테이너 { $container }.
problem-network-shared-alone = 다른 컨테이너나 호스트의 네트워크를 함께 쓰는 컨테이너는 다른 네트워크에 연결할 수 없습니다. 컨테이너 { $container }에는 자기 네트워크가 없습니다. 네트워크의 주인인 컨테이너를 연결하세요.
problem-network-file-unreadable = { $path } 파일에 적힌 네트워크를 믿을 수 없습니다({ $reason }). 파일은 그대로 두었고 그 네트워크는 없습니다. 파일을 지우고 네트워크를 새로 만드세요.
problem-names-served = { $container }의 네트워크 네임스페이스 안에서 { $address } 주소로 이름에 답합니다.
problem-port-allocated = 컨테이너 { $name }의 포트를 게시할 수 없습니다. { $address } 포트는 이미 컨테이너 { $holder }의 것입니다(driver failed programming external connectivity on endpoint { $name } ({ $endpoint }): Bind for { $address } failed: port is already allocated). -p에서 콜론 앞의 번호를 바꾸거나 그 컨테이너를 끝내세요.
problem-port-taken = 컨테이너 { $name }의 포트를 게시할 수 없습니다. { $known ->
    [process] { $port }번 포트에서는 이미 { $holder }(PID { $pid }) 프로그램이 기다립니다
   *[nobody] { $port }번 포트에서는 이미 다른 사용자의 프로그램이 기다립니다
    }(driver failed programming external connectivity on endpoint { $name } ({ $endpoint }): Error starting userland proxy: listen { $transport } { $address }: bind: { $reason }). -p에서 콜론 앞의 번호를 바꾸거나 그 프로그램을 끝내세요.
problem-port-denied = 컨테이너 { $name }의 포트를 게시할 수 없습니다(driver failed programming external connectivity on endpoint { $name } ({ $endpoint }): Error starting userland proxy: listen { $transport } { $address }: bind: { $reason }). 루트가 아니면 1024보다 작은 포트를 쓸 수 없습니다. 더 큰 번호(-p 8080:80)를 쓰거나 `sudo sysctl net.ipv4.ip_unprivileged_port_start={ $port }` 명령으로 허용하세요.
problem-port-refused = 컨테이너 { $name }의 포트를 게시할 수 없습니다(driver failed programming external connectivity on endpoint { $name } ({ $endpoint }): Error starting userland proxy: listen { $transport } { $address }: bind: { $reason }). 컨테이너가 도는 호스트의 주소여야 합니다. 주소를 빼거나(-p 8080:80) 127.0.0.1을 쓰세요.
problem-port-transport = 컨테이너 { $name }의 { $transport } 포트는 게시할 수 없습니다(driver failed programming external connectivity on endpoint { $name } ({ $endpoint }): Error starting userland proxy: protocol not supported). tcp와 udp만 게시할 수 있습니다.
problem-ports-used-up = 컨테이너 { $name }의 포트를 게시할 수 없습니다. { $transport } 포트가 모두 쓰이고 있습니다(driver failed programming external connectivity on endpoint { $name } ({ $endpoint }): all ports are allocated). 포트를 쓰는 컨테이너를 끝내거나 번호를 직접 정하세요(-p 8080:80).
problem-port-not-here = { $container }의 포트는 실습용 호스트에만 열렸고 이 컴퓨터에는 열리지 않았습니다({ $transport } { $address }: { $reason }). { $known ->
    [process] { $holder }(PID { $pid }) 프로그램이 그 포트를 쓰고 있습니다.
   *[nobody] 다른 프로그램이 그 포트를 쓰고 있거나 허용되지 않은 포트입니다.
    } 이 컴퓨터의 브라우저로는 컨테이너에 닿지 않습니다.
problem-publish-discarded = 호스트 네트워크에서는 -p가 쓰이지 않습니다(Published ports are discarded when using host network mode). 컨테이너가 호스트에서 직접 기다리므로 -p를 빼세요.
problem-publish-rules-refused = 게시한 포트로 패킷을 보내는 규칙을 nft가 만들지 못했습니다({ $reason }). 이 컴퓨터의 루프백과 컨테이너에서는 그 포트에 닿지만 다른 곳에서는 닿지 않습니다. 커널에 nft_fib_ipv4와 nft_nat가 있는지 확인하세요.
