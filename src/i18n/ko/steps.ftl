## 엔진이 시작할 때
step-prepare-host = 호스트 준비하기
step-prepare-host-why = 컨테이너가 쓸 네트워크를 미리 준비합니다. 브리지(bridge) docker0은 컨테이너가 하나도 없어도 이때 생깁니다.
step-enter-lab = 실습 호스트에 들어가기
step-enter-lab-why = 호스트 역할을 할 네임스페이스(namespace)를 따로 만들어 들어갑니다. 여기서 무엇을 바꾸어도 실제 호스트는 그대로입니다.
step-loopback-up = lo 켜기
step-loopback-up-why = 새 네트워크 네임스페이스에는 lo(loopback)만 있고, 그것도 꺼져 있습니다. 켜야 127.0.0.1로 자기 자신과 통신할 수 있습니다.
step-make-uplink = 바깥으로 나가는 길 만들기
step-make-uplink-why = 실습 호스트를 실제 네트워크와 잇습니다. 실제 컴퓨터의 NIC가 하는 역할을 여기서는 이 링크가 맡습니다.
step-make-bridge = 브리지 만들기
step-make-bridge-why = 브리지는 커널 안에 있는 스위치(switch)입니다. 앞으로 컨테이너의 케이블을 모두 여기에 꽂습니다.
step-address-bridge = 브리지에 게이트웨이 주소 주기
step-address-bridge-why = 스위치만 있어서는 호스트가 컨테이너와 통신할 수 없습니다. 브리지에 호스트의 주소를 하나 두면, 그 주소가 컨테이너의 게이트웨이(gateway)가 됩니다.
step-enable-forwarding = 포워딩 켜기
step-enable-forwarding-why = 한 인터페이스로 들어온 패킷을 다른 인터페이스로 넘기도록 커널에 알립니다. 꺼져 있으면 컨테이너는 호스트 너머로 나가지 못합니다.
step-masquerade = 마스커레이드 규칙 넣기
step-masquerade-why = 컨테이너의 사설 주소는 바깥에서 알지 못합니다. 나가는 패킷의 출발지를 호스트의 주소로 바꾸면(NAT, masquerade) 답장이 돌아올 수 있습니다.

## 이미지 받기
step-resolve-image = 태그가 가리키는 것 찾기
step-resolve-image-why = 사람이 부르는 이름인 태그(tag)를 바이트로 정해지는 이름인 다이제스트(digest)로 바꿉니다. 이 뒤로는 모두 다이제스트로 찾습니다.
step-probe-registry = 레지스트리의 응답 확인하기
step-probe-registry-why = 레지스트리(registry)가 응답하는지, 로그인을 요구하는지 `/v2/`에 먼저 물어봅니다.
step-fetch-token = 토큰 받기
step-fetch-token-why = 레지스트리가 알려 준 인증 서버에서 잠깐 쓰는 출입증(bearer token)을 받습니다. 공개 이미지도 익명 토큰을 받습니다.
step-fetch-tag = 태그가 가리키는 문서 받기
step-fetch-tag-why = 태그가 가리키는 문서를 받습니다. 여러 플랫폼을 지원하는 이미지라면 인덱스(index), 아니면 매니페스트(manifest)입니다.
step-choose-platform = 이 컴퓨터에 맞는 항목 고르기
step-choose-platform-why = 인덱스에는 플랫폼(platform)마다 매니페스트의 다이제스트가 하나씩 있습니다. 그중 이 컴퓨터의 운영체제와 아키텍처에 맞는 것을 고릅니다.
step-fetch-manifest = 매니페스트 받기
step-fetch-manifest-why = 매니페스트에는 설정(config) 하나와 레이어(layer) 여러 개의 종류, 크기, 다이제스트가 적혀 있습니다. 레이어는 아래에 깔리는 것부터 적혀 있습니다.
step-fetch-config = 설정 받기
step-fetch-config-why = 설정(config)에는 환경 변수, 명령, 작업 디렉터리, 그리고 각 레이어의 DiffID가 있습니다. 이 문서의 다이제스트가 곧 이미지 ID입니다.
step-download-layers = 레이어 내려받기
step-download-layers-why = 매니페스트에 적힌 블롭(blob)을 나란히 받습니다. 이미 가지고 있는 다이제스트는 다시 받지 않습니다.
step-fetch-blob = 블롭 하나 받아 확인하기
step-fetch-blob-why = 바이트를 받으면서 sha256을 계산합니다. 끝까지 받은 뒤 크기와 다이제스트가 모두 맞아야 저장소에 들어갑니다.
step-unpack-layers = 레이어 풀기
step-unpack-layers-why = 압축을 풀어 레이어마다 디렉터리를 하나씩 만듭니다. 아래 레이어부터 차례로 합니다.
step-unpack-layer = 레이어 하나 풀기
step-unpack-layer-why = 이 레이어의 tar를 자기 디렉터리에 풉니다. 아래 레이어의 파일을 지운다는 표시는 화이트아웃(whiteout)으로 남습니다.
step-tag-image = 로컬 태그 달기
step-tag-image-why = 받은 이미지에 이 컴퓨터에서 부를 이름을 붙입니다. `docker images`에 나오는 이름이 이것입니다.
step-wait-for-registry = 레지스트리 기다리기
step-wait-for-registry-why = 레지스트리가 요청이 너무 많다고(429) 답했습니다. 레지스트리가 알려 준 시간 동안 아무것도 요청하지 않고 기다립니다.

## 올리기(push)
step-push-blobs = 레지스트리에 없는 것 보내기
step-push-blobs-why = 매니페스트에 적힌 것이 모두 있어야 레지스트리가 매니페스트를 받습니다. 그래서 레이어와 설정을 먼저 보냅니다.
step-push-blob = 블롭 하나 보내기
step-push-blob-why = 그 다이제스트가 이미 있는지 먼저 묻습니다(HEAD). 없으면 같은 레지스트리의 다른 저장소에서 이어 붙이거나(mount) 내용을 보냅니다. sha256은 레지스트리도 직접 계산합니다.
step-push-manifest = 매니페스트 보내기
step-push-manifest-why = 매니페스트를 보내면 태그가 생깁니다. 곧바로 다시 받아서, 보낸 것과 다이제스트가 같은지 확인합니다.

## 다이제스트 깨뜨리기
step-move-tag = 태그 옮기기
step-move-tag-why = 레지스트리에서 태그가 다른 이미지를 가리키게 합니다. 새 버전을 올린(push) 것과 같습니다. 다이제스트로 부르는 것은 아무것도 바뀌지 않습니다.
step-damage-content = 비트 하나 뒤집기
step-damage-content-why = 내장 레지스트리에 디스크가 상한 것과 같은 일을 합니다. 이름(다이제스트)은 그대로인데 내용이 달라집니다.
step-mend-content = 원래대로 되돌리기
step-mend-content-why = 내장 레지스트리가 다시 다이제스트와 맞는 내용을 보냅니다.

## 레지스트리
step-http-exchange = HTTP 요청 한 번
step-http-exchange-why = 레지스트리와 요청과 응답을 한 번 주고받습니다. 레지스트리는 평범한 HTTP 서버입니다.

## 컨테이너 만들기
step-create-container = 컨테이너 만들기
step-create-container-why = 무엇을 어떻게 실행할지 정해서 적어 둡니다. 아직 프로세스는 없습니다. `create`와 `start`를 이은 것이 `run`입니다.
step-merge-config = 이미지 설정과 명령 합치기
step-merge-config-why = 이미지 설정(config)을 바탕으로 하고, 명령줄에 적은 것을 그 위에 얹어 실제로 실행할 내용을 정합니다.
step-make-volume = 볼륨 디렉터리 만들기
step-make-volume-why = 볼륨(volume)은 엔진이 관리하는 호스트 디렉터리입니다. 컨테이너와 따로 있으므로 컨테이너가 사라져도 남습니다.
step-fill-volume = 빈 볼륨에 이미지의 내용 담기
step-fill-volume-why = 빈 볼륨을 처음 붙일 때는, 그 경로에 있던 이미지의 파일을 볼륨으로 복사합니다.
step-make-upper = 쓰기 레이어 만들기
step-make-upper-why = 컨테이너가 쓰는 것은 모두 이 상위 디렉터리(upper)에 쌓입니다. 이미지 레이어는 건드리지 않습니다.

## 시작하기: 파일 시스템
step-stack-filesystem = 파일 시스템 쌓기
step-stack-filesystem-why = 읽기 전용 레이어들 위에 쓰기 레이어를 얹어 컨테이너의 루트(/)를 만듭니다.
step-mount-overlay = 오버레이 마운트하기
step-mount-overlay-why = 커널의 overlay 파일 시스템이 lower 여러 개와 upper 하나를 겹쳐 merged라는 한 디렉터리로 보여 줍니다. 복사는 일어나지 않습니다.
step-write-etc-files = hostname, hosts, resolv.conf 쓰기
step-write-etc-files-why = 컨테이너의 이름과 이름 찾기(DNS) 설정은 이미지에 들어 있을 수 없습니다. 시작할 때마다 이 컨테이너에 맞게 씁니다.

## 시작하기: 네트워크
step-wire-network = 네트워크에 연결하기
step-wire-network-why = 컨테이너 전용 네트워크 네임스페이스를 만들고, 가상 케이블로 브리지와 잇습니다.
step-make-netns = 네트워크 네임스페이스 만들기
step-make-netns-why = 인터페이스, 주소, 라우팅 표가 따로인 새 네트워크 공간을 만듭니다. 처음에는 꺼진 lo만 있습니다.
step-allocate-address = 주소 예약하기
step-allocate-address-why = 브리지의 서브넷(subnet)에서 비어 있는 가장 작은 주소를 이 컨테이너가 쓰도록 예약합니다.
step-create-veth = veth 쌍 만들기
step-create-veth-why = veth는 두 끝을 가진 가상 케이블입니다. 한쪽으로 들어간 것은 다른 쪽으로 나옵니다. 언제나 두 끝이 함께 생깁니다.
step-join-bridge = 호스트 쪽 끝을 브리지에 꽂기
step-join-bridge-why = 호스트 쪽 끝의 주인(master)을 브리지로 정합니다. 스위치의 포트에 케이블을 꽂는 것과 같습니다.
step-host-end-up = 호스트 쪽 끝 켜기
step-host-end-up-why = 링크를 UP으로 바꿔야 패킷이 흐를 수 있습니다.
step-move-peer = 반대쪽 끝을 컨테이너로 옮기기
step-move-peer-why = 케이블의 다른 끝을 컨테이너의 네트워크 네임스페이스로 보냅니다. 호스트에서는 더 이상 보이지 않지만 케이블은 그대로 이어져 있습니다.
step-rename-peer = 이름을 eth0으로 바꾸기
step-rename-peer-why = 컨테이너 안의 프로그램이 익숙한 이름으로 찾을 수 있도록 합니다. 이름은 네임스페이스 안에서만 겹치지 않으면 됩니다.
step-add-address = eth0에 주소 주기
step-add-address-why = 예약해 둔 주소를 실제로 붙입니다. 이때부터 컨테이너에 자기 IP가 있습니다.
step-link-up = eth0 켜기
step-link-up-why = 컨테이너 쪽 끝도 UP으로 바꿉니다. 두 끝이 모두 켜져야 케이블이 살아납니다.
step-add-route = 기본 라우트 넣기
step-add-route-why = 서브넷 밖으로 가는 패킷은 브리지의 주소(게이트웨이)로 보내라고 라우팅 표에 적습니다.
step-netlink-message = netlink 메시지 한 번
step-netlink-message-why = 커널의 네트워크를 바꾸거나 읽으려고 메시지를 한 번 보냅니다. `ip` 명령도 같은 메시지를 보냅니다.

## 시작하기: 프로세스
step-start-process = 프로세스 시작하기
step-start-process-why = 컨테이너는 결국 프로세스(process)입니다. 새 네임스페이스 안에서 프로세스 하나를 만들고, 격리한 뒤, 이미지의 프로그램으로 바꿉니다.
step-make-cgroup = 컨트롤 그룹 만들기
step-make-cgroup-why = cgroup은 메모리, CPU, 프로세스 수를 얼마나 쓸 수 있는지 정합니다. 네임스페이스가 보이는 것을 나눈다면, cgroup은 쓰는 양을 나눕니다.
step-clone-process = 새 네임스페이스로 프로세스 복제하기
step-clone-process-why = 엔진이 만든 준비 프로세스(dockwalk-init)가 unshare로 마운트, 호스트 이름, PID 네임스페이스(namespace) 등을 새로 만듭니다. PID 네임스페이스는 자식부터 적용되므로 자식을 하나 만들고, 준비 프로세스는 여기서 끝납니다. 그 자식이 안에서 1번입니다.
step-enter-namespaces = 이미 있는 네임스페이스로 들어가기
step-enter-namespaces-why = 엔진이 만든 준비 프로세스(dockwalk-init)가 setns로 실행 중인 컨테이너나 실습 호스트의 네임스페이스(namespace)에 들어갑니다. 새로 생기는 네임스페이스는 없습니다.
step-fork-inside = 컨테이너의 PID 네임스페이스에 자식 만들기
step-fork-inside-why = PID 네임스페이스는 자식부터 적용됩니다. 준비 프로세스는 모든 권한을 내려놓고 열린 것을 다 닫은 뒤에야 자식을 만들고 끝납니다. 그래서 컨테이너 안에서는 엔진의 것이 아무것도 보이지 않습니다.
step-mount-inside = 컨테이너 안에 마운트하기
step-mount-inside-why = /proc, /sys, /dev와 볼륨, 바인드(bind), tmpfs를 컨테이너의 마운트 네임스페이스 안에서 마운트합니다. 호스트에서는 보이지 않습니다.
step-pivot-root = 루트 바꾸기
step-pivot-root-why = 호스트 쪽 파일과 새 /proc, /sys는 루트를 바꾸기 전에 미리 열어 둡니다(open_tree, fsmount). 바꾼 뒤에는 닿을 경로가 없기 때문입니다. 그다음 pivot_root로 /를 방금 쌓은 파일 시스템으로 바꾸고 이전 루트는 떼어 냅니다.
step-protect-paths = 위험한 경로 가리기
step-protect-paths-why = /proc과 /sys에는 호스트 전체에 영향을 주는 파일이 있습니다. 가리거나 읽기 전용으로 바꿉니다.
step-set-hostname = 호스트 이름 정하기
step-set-hostname-why = UTS 네임스페이스가 따로이므로 이름을 바꿔도 호스트의 이름은 그대로입니다.
step-drop-privileges = 권한 내려놓기
step-drop-privileges-why = 사용자와 그룹을 정하고, 필요 없는 권한(capability)을 버리고, 시스템 콜(system call)을 거르는 seccomp 필터를 겁니다.
step-exec = 프로그램 실행하기
step-exec-why = execve를 부르면 준비를 하던 프로세스가 이미지의 프로그램으로 바뀝니다. PID는 그대로입니다.
step-syscall = 시스템 콜 한 번
step-syscall-why = 프로세스가 커널에 일을 한 번 부탁합니다. 컨테이너를 만드는 일은 결국 이런 호출의 목록입니다.

## 실행 중, 그리고 그 뒤
step-exec-process = 명령 하나 더 실행하기
step-exec-process-why = 새 프로세스가 이미 있는 네임스페이스로 들어갑니다. 실행 중인 컨테이너의 것일 수도, 실습 호스트의 것일 수도 있습니다. 컨테이너가 새로 생기지는 않습니다.
step-rename-container = 컨테이너 이름 바꾸기
step-rename-container-why = 이름은 엔진의 목록에만 적혀 있습니다. ID도 레이어도 프로세스도 그대로입니다.
step-pause-container = 모든 프로세스 일시 정지하기
step-pause-container-why = 커널의 프리저(freezer)가 컨트롤 그룹의 프로세스를 한꺼번에 멈춥니다. 프로세스는 멈춘 줄도 모르고, 메모리도 그대로 남습니다.
step-resume-container = 일시 정지 풀기
step-resume-container-why = 프리저가 그룹을 풀어 주면 프로세스는 멈췄던 바로 그 지점부터 실행을 이어 갑니다.
step-update-container = 실행 중인 컨테이너의 제한 바꾸기
step-update-container-why = 제한은 컨트롤 그룹의 파일에 적힌 숫자입니다. 숫자를 새로 쓰면 그때부터 적용되므로, 다시 시작할 필요가 없습니다.
step-copy-out = 컨테이너에서 파일 꺼내기
step-copy-out-why = 컨테이너에서 보이는 그대로 읽습니다. 이미지의 레이어들 위에 쓰기 레이어가 얹혀 있습니다.
step-copy-in = 컨테이너에 파일 넣기
step-copy-in-why = 넣은 파일은 쓰기 레이어에 저장됩니다. 그 경로에 볼륨이 마운트되어 있으면 볼륨에 저장됩니다. 이미지는 바뀌지 않습니다.
step-process-ends = 주 프로세스가 끝남
step-process-ends-why = 컨테이너의 수명은 1번 프로세스의 수명입니다. 셸에서 exit를 입력하면 컨테이너도 멈춥니다.
step-send-signal = 시그널 보내기
step-send-signal-why = 컨테이너를 멈추는 것은 1번 프로세스에 시그널(signal)을 보내는 것입니다. `stop`은 SIGTERM을 먼저 보내고, 기다려도 끝나지 않으면 SIGKILL을 보냅니다.
step-reap-process = 끝난 프로세스의 종료 상태 읽기
step-reap-process-why = 종료 상태(exit status)를 읽어 프로세스를 완전히 끝냅니다. 마지막 프로세스가 끝나면 그 프로세스가 쓰던 네임스페이스도 사라집니다.
step-tear-down = 시작할 때 만든 것 되돌리기
step-tear-down-why = 링크, 주소, 마운트, cgroup을 만든 순서와 반대로 하나씩 되돌립니다. 쓰기 레이어는 `rm`을 할 때까지 남습니다.
step-delete-link = 링크 지우기
step-delete-link-why = veth는 한쪽 끝을 지우면 다른 쪽 끝도 함께 사라집니다.
step-release-address = 주소 예약 풀기
step-release-address-why = 예약을 풀어, 다음 컨테이너가 같은 주소를 받을 수 있게 합니다.
step-unmount = 마운트 풀기
step-unmount-why = 마운트를 풉니다. 마운트했던 디렉터리의 파일은 지워지지 않습니다. tmpfs만은 메모리에 있었으므로 내용이 사라집니다.
step-remove-cgroup = 컨트롤 그룹 지우기
step-remove-cgroup-why = 안에 프로세스가 없어야 지울 수 있습니다.
step-remove-container = 컨테이너 지우기
step-remove-container-why = 기록과 쓰기 레이어를 지웁니다. 이미지, 볼륨, 바인드한 호스트 디렉터리는 컨테이너의 것이 아니므로 남습니다.
step-remove-directory = 디렉터리 지우기
step-remove-directory-why = 엔진이 이 컨테이너를 위해 만든 디렉터리를 지웁니다. 쓰기 레이어에 쓴 파일은 여기서 정말로 사라집니다.
step-manage-volume = 볼륨 다루기
step-manage-volume-why = 볼륨은 컨테이너와 상관없이 이름으로 만들고 지웁니다.
step-remove-image = 이미지 지우기
step-remove-image-why = 태그를 먼저 떼고, 아무 태그도 컨테이너도 쓰지 않는 이미지를 지웁니다.
step-remove-layer = 레이어 지우기
step-remove-layer-why = 레이어는 여러 이미지가 함께 씁니다. 아무도 쓰지 않게 된 레이어만 위에서부터 지웁니다.
step-read-archive = 아카이브 읽기
step-read-archive-why = 아카이브(archive)를 하나씩 풀면서 파일마다 해시를 계산해 디스크에 씁니다. 아카이브에 적힌 이름은 이 컴퓨터의 경로로 절대 쓰지 않습니다.
step-take-blob = 블롭 하나 받아들이기
step-take-blob-why = 아카이브에서 설정, 매니페스트, 레이어라고 한 것은 크기와 sha256이 약속과 같을 때만 저장소의 블롭(blob)이 됩니다.
step-write-archive = 아카이브 쓰기
step-write-archive-why = 블롭을 있는 그대로 쓰고, OCI의 index.json과 Docker의 manifest.json을 함께 넣습니다. 그래서 두 종류의 도구가 모두 읽을 수 있습니다.
step-commit-container = 컨테이너를 이미지로 만들기
step-commit-container-why = 쓰기 레이어가 읽기 전용 레이어 하나로 더해집니다. 그 아래 레이어는 원래 이미지와 함께 쓰므로 한 바이트도 복사하지 않습니다.
step-pack-layer = 쓰기 레이어를 tar로 쓰기
step-pack-layer-why = 오버레이의 표시를 이미지 레이어의 표현으로 바꿉니다. 화이트아웃(whiteout)은 `.wh.<이름>` 파일이 되고, 불투명(opaque) 디렉터리에는 `.wh..wh..opq` 파일이 들어갑니다.
step-write-documents = 설정과 매니페스트 쓰기
step-write-documents-why = 새 설정(config)에는 레이어 하나와 이력 한 줄이 더해집니다. 이 설정의 sha256이 새 이미지 ID입니다.
step-check-store = 저장소 검사
step-check-store-why = 모든 블롭의 해시를 다시 계산하고, 모든 레이어 디렉터리를 적어 둔 내용과 비교합니다.
step-repair-store = 저장소 고치기
step-repair-store-why = 손상된 것과 어떤 이미지에도 속하지 않는 것을 지웁니다. 없어진 것은 다음에 받을 때 다시 내려받습니다.
step-recover = 지난번에 남은 것 정리하기
step-recover-why = 엔진이 갑자기 끝났다면 일지(journal)에 되돌릴 일이 남아 있습니다. 시작하기 전에 하나씩 되돌립니다.
