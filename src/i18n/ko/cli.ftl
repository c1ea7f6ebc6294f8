cli-engine-listens = dockwalk 엔진(engine): { $socket }에서 기다리는 중입니다
cli-registry-listens = dockwalk 레지스트리(registry): { $addr }에서 기다리는 중입니다
cli-engine-started = dockwalk: 엔진을 시작했습니다 (프로세스 { $pid }, { $socket }). 계속 실행되며 `kill { $pid }` 명령으로 끝낼 수 있습니다.
cli-mend = 해결 방법:
cli-built-without-window = 이 dockwalk는 창 없이 빌드되었습니다.
cli-without-window = 창 없이 쓸 수 있는 명령: `dockwalk lesson list`, `dockwalk lesson run 레슨 --headless`, `dockwalk docker run -it lab/shell:1`, `dockwalk doctor`.
cli-play-recording = 이 컴퓨터에서도 녹화는 재생할 수 있습니다. 창에서는 `dockwalk --lesson { $lesson }` 명령을 실행한 뒤 ‘이 레슨의 녹화 재생’을 누르고, 창 없이는 `dockwalk lesson check { $lesson }` 명령을 실행하세요.
cli-trace-another = ── { $line }번째 줄에서 다른 녹화가 시작됩니다 ──
cli-trace-torn = 마지막 줄({ $line }번째, { $bytes }바이트)이 잘려 있습니다. 그 앞은 모두 읽었습니다.
cli-trace-exported = 이벤트 { $count }개를 저장했습니다.
problem-docker-host-not-unix = DOCKER_HOST가 { $host }인데 dockwalk는 유닉스 소켓(unix socket)만 지원합니다. unix:///경로로 쓰거나, DOCKER_HOST를 지우고 dockwalk 엔진을 쓰세요.
problem-not-in-this-build = 이 dockwalk는 엔진 없이 빌드되어 이 명령을 실행할 수 없습니다. Linux에서 엔진이 있는 빌드를 쓰세요.
problem-unknown-level = { $level } 단계는 없습니다. story, stage, kernel 중 하나를 쓰세요.
cli-left = 분리 키(detach keys)를 눌러 빠져나왔습니다. 안에서는 계속 실행 중입니다.
cli-pulling = '{ $image }' 이미지가 로컬에 없어 레지스트리에서 받습니다
cli-gate-waits = dockwalk: 게이트에서 멈춰 있습니다. 창의 다음 단추를 누르거나 게이트를 여세요.
cli-ask-username = 사용자 이름:
cli-ask-password = 비밀번호:
cli-login-unguarded = 비밀번호를 { $path } 파일에 저장했습니다. 본인만 읽을 수 있지만 암호화되지는 않습니다. 자격 증명 도우미(`credsStore`)를 쓰면 더 안전합니다.
cli-logged-out = { $registry } 로그인 정보를 지웠습니다.
cli-not-logged-in = { $registry } 로그인 정보가 없습니다.
cli-damaged = { $digest } ({ $what }): { $offset }번 바이트의 비트 { $bit } 뒤집힘
cli-volume-exporting = 내보내는 중
cli-volume-exported = { $name } 볼륨을 { $file } 파일에 담았습니다({ $bytes }).
cli-volume-importing = 가져오는 중
cli-volume-imported = { $name } 볼륨을 만들었습니다. 파일과 디렉터리 { $entries }개를 확인했습니다. 아카이브 { $bytes }.
cli-moved = { $tag } 태그가 이제 { $to } 태그와 같은 것을 가리킵니다: { $digest }
cli-mended = { $digest } ({ $what }): 원래대로
problem-docker-config-unreadable = { $path }: 읽을 수 없습니다. { $reason }. 파일을 고치거나, 로그인 없이 쓰려면 다른 곳으로 옮기세요.
problem-docker-config-unwritable = { $path }: 쓸 수 없습니다. { $reason }. 이 파일이 없으면 로그인 정보를 저장할 수 없습니다.
problem-credential-helper-failed = { $program } { $action }: 실패했습니다. { $reason }. docker의 config.json(credsStore, credHelpers)에 적힌 프로그램입니다. 설치하거나 그 설정을 지우세요.
problem-password-unread = 비밀번호를 읽을 수 없습니다({ $reason }). 터미널이 없으면 --password-stdin을 쓰세요.
problem-digest-invalid = 다이제스트(digest)가 아닙니다: { $reason }. `docker images --digests`나 창에서 다이제스트를 볼 수 있습니다.
cli-prune = 어떤 컨테이너도 쓰지 않는 익명 볼륨을 모두 지웁니다.
cli-prune-all = 어떤 컨테이너도 쓰지 않는 볼륨을 모두 지웁니다.
cli-prune-containers = 실행 중이 아닌 컨테이너를 모두 지웁니다.
cli-prune-networks = 어떤 컨테이너도 쓰지 않는 네트워크를 모두 지웁니다.
cli-prune-images = 태그가 없고 어떤 컨테이너도 쓰지 않는 이미지를 모두 지웁니다.
cli-prune-images-all = 어떤 컨테이너도 쓰지 않는 이미지를 태그가 있는 것까지 모두 지웁니다.
problem-template-refused = 템플릿을 읽을 수 없습니다(template parsing error): { $reason }. Docker의 템플릿은 Go 템플릿입니다. 예: `--format {"'{{"}.Name{"}}'"}`, `{"'{{"}json .State{"}}'"}`
problem-not-a-terminal = 표준 입력이 터미널(TTY)이 아닙니다. -t를 빼거나 터미널에서 실행하세요.
problem-terminal-refused = 터미널을 raw 모드로 바꿀 수 없습니다 ({ $reason }). -t를 빼고 실행하세요.
problem-no-such-thing = { $name }: 그런 이름의 객체(object)가 없습니다. `docker ps -a`, `docker images`, `docker volume ls`, `docker network ls`로 확인하세요.
problem-one-container = 한 번에 하나의 컨테이너만 시작하며 연결할 수 있습니다. 이름을 하나만 쓰세요.
problem-bad-volume = -v { $volume }: 절대 경로로 바꿀 수 없습니다 ({ $reason }). /부터 쓰세요.
problem-cid-file-nowhere = { $path }: 컨테이너 ID 파일을 쓸 디렉터리가 없습니다. 디렉터리를 먼저 만들거나 다른 경로를 쓰세요.
problem-cid-file-denied = { $path }: 컨테이너 ID 파일을 쓸 권한이 없습니다. 쓸 수 있는 디렉터리 안의 경로를 쓰세요.
problem-seccomp-file-unread = { $path }: seccomp 프로필을 열 수 없습니다 ({ $reason }). `seccomp=` 뒤에 프로필 파일의 경로를 쓰세요.
problem-seccomp-file-damaged = { $path }: seccomp 프로필을 읽을 수 없습니다 ({ $reason }). Docker의 `default.json` 같은 JSON이어야 합니다.
problem-security-opt-invalid = 올바르지 않은 --security-opt: "{ $option }". `no-new-privileges`, `seccomp=파일`, `seccomp=unconfined`, `apparmor=프로필`, `label=레이블` 중에서 쓰세요.
problem-cid-file-unwritable = { $path }: 컨테이너 ID 파일을 쓸 수 없습니다 ({ $reason }). 쓸 수 있는 디렉터리 안의 경로를 쓰세요.
problem-cid-file-there = { $path }: 컨테이너 ID 파일이 이미 있습니다. 그 컨테이너가 실행 중이 아닌지 확인하고 파일을 지우거나, --cidfile에 다른 경로를 쓰세요.
problem-bad-ulimit = --ulimit { $value }: 한도로 읽을 수 없습니다. nofile=1024:2048처럼 이름=소프트[:하드] 형식의 정수로 쓰세요. -1은 한도를 두지 않는다는 뜻입니다.
problem-bad-swappiness = --memory-swappiness { $value }: 0부터 100까지의 수를 쓰세요.
problem-attach-and-detach = --attach와 --detach는 함께 쓸 수 없습니다. 하나는 컨테이너의 출력을 기다리고, 하나는 기다리지 않습니다. 둘 중 하나를 빼세요.
problem-bad-moment = { $option } { $value }: 시각으로 읽을 수 없습니다. 10m, 1h30m처럼 얼마 전인지 쓰거나, 2026-11-21 또는 2026-11-21T20:55 같은 날짜나 1970년부터 센 초를 쓰세요.
problem-env-file-unreadable = { $flag } { $path }: 파일을 읽을 수 없습니다 ({ $reason }). 경로를 확인하세요.
problem-env-file-spaces = { $flag } { $path }: 이름 '{ $variable }'에 공백이 있습니다. 이름에는 공백을 쓸 수 없으니 빼고, 설명이면 줄을 #으로 시작하세요.
problem-env-file-no-name = { $flag } { $path }: '{ $line }' 줄에 이름이 없습니다. NAME=value 형식으로 쓰고, 설명이면 줄을 #으로 시작하세요.
problem-bad-publish = -p에 쓴 값이 올바르지 않습니다. { $what ->
    [host-port] 호스트 포트: { $value }(invalid hostPort: { $value })
    [container-port] 컨테이너 포트: { $value }(invalid containerPort: { $value })
    [ranges] 두 범위의 개수가 다름: { $value }(invalid ranges specified for container and host Ports: { $value })
    [protocol] 프로토콜: { $value }(invalid proto: { $value })
    [address] IP 주소: { $value }(invalid IP address: { $value })
    [format] 이름=값 모양이 아님: { $value }(invalid publish opts format (should be name=value but got '{ $value }'))
   *[empty] 컨테이너 포트가 없음: { $value }(no port specified: { $value }<empty>)
    }. -p 호스트포트:컨테이너포트 모양에 1부터 65535까지의 수를 쓰세요. 예: -p 8080:80, -p 127.0.0.1:5353:53/udp.
problem-bad-restart = --restart { $value }: 재시도 횟수는 정수여야 합니다. no, always, unless-stopped, on-failure, on-failure:3 가운데 하나로 쓰세요.
problem-bad-size = { $flag } { $value }: 여기에 쓸 수 있는 숫자가 아닙니다. 64m, 1.5g, 0.5처럼 쓰세요.
problem-mount-quotes = --mount { $mount }: 큰따옴표가 맞지 않습니다. 큰따옴표는 항목의 맨 앞에서 열고 맨 뒤에서 닫습니다. 따옴표 안의 큰따옴표는 두 번 씁니다. "volume-opt=o=size=1m,uid=7"처럼 항목 전체를 따옴표로 묶으세요.
problem-mount-space = --mount { $mount }: 쉼표 옆에 공백이 있거나 값이 비어 있습니다. 셸이 공백에서 옵션을 둘로 나누어 나머지를 이미지 이름으로 읽게 됩니다. type=bind,source=/a,target=/b처럼 공백 없이 쓰세요.
problem-mount-without-target = --mount { $mount }: target이 필요합니다. target=/컨테이너/안의/경로를 넣으세요.
problem-mount-field = --mount { $mount }: '{ $field }' 부분은 쓸 수 없습니다. type, source, target, readonly, consistency, volume-nocopy, volume-label, volume-driver, volume-opt, bind-propagation, bind-recursive, bind-create-src, tmpfs-size, tmpfs-mode를 쓸 수 있습니다.
fsck-repaired = 고침:
fsck-harmful = 손상:
fsck-harmless = 남은 것:
fsck-left-over = 남은 것은 `dockwalk docker image prune`으로 지워 공간을 비울 수 있습니다.
fsck-sound = 저장소에 이상이 없습니다. 이미지 { $images }개, 블롭 { $blobs }개({ $size }), 레이어 { $layers }개입니다.
fsck-unsound = 저장소가 손상되었습니다. 이미지 { $images }개, 블롭 { $blobs }개({ $size }), 레이어 { $layers }개입니다. `dockwalk image fsck --repair`로 고친 뒤 이미지를 다시 받으세요.
problem-copy-between = 컨테이너에서 컨테이너로 바로 복사할 수는 없습니다. 먼저 꺼낸 뒤 다시 넣으세요.
problem-copy-no-container = 원본과 대상 중 하나는 컨테이너여야 합니다. `docker cp 컨테이너:/경로 .` 또는 `docker cp 파일 컨테이너:/경로`처럼 쓰세요.
problem-copy-no-directory = { $path }: 대상은 이미 있는 디렉터리여야 합니다. 먼저 만들거나 끝의 /를 빼세요.
problem-copy-to-terminal = tar는 글자가 아니라 터미널에 출력하지 않습니다. `-o 파일`을 쓰거나 `… > files.tar`처럼 파일로 보내세요.
problem-engine-odd-answer = 엔진의 응답에 있어야 할 것이 없습니다({ $header }). 응답하는 쪽이 dockwalk나 Docker 엔진인지 확인하세요.
problem-no-public-port = 컨테이너 { $container }: 게시된 포트 '{ $port }' 없음(No public port '{ $port }' published for { $container }). 게시된 포트는 `docker port { $container }` 명령으로 확인하세요.
problem-prune-volumes-until = "until" 필터는 "--volumes"와 함께 쓸 수 없습니다. 볼륨을 마지막으로 언제 썼는지는 알 수 없기 때문입니다. 둘 중 하나를 빼세요.
problem-all-tags-of-tag = { $image }: 태그는 --all-tags(-a)와 함께 쓸 수 없습니다. 태그나 옵션을 빼세요.
cli-prune-filtered = 다음 필터에 맞는 것만 지웁니다: { $filters }
cli-prune-sure = 계속할까요?
problem-bad-duration = { $flag } { $value }: 여기에 쓸 수 있는 시간이 아닙니다. 300ms, 10s, 1m30s처럼 쓰세요.
problem-health-and-none = --no-healthcheck와 --health-* 옵션은 함께 쓸 수 없습니다(conflicts). 한쪽을 빼세요.
problem-alias-flag-user-only = 네트워크 별칭은 직접 만든 네트워크에서만 쓸 수 있습니다. `docker network create`로 네트워크를 만들어 --network로 지정하거나 --network-alias를 빼세요.
problem-network-flag-invalid = { $flag }에 쓸 수 없는 값입니다: "{ $value }". 이름과 값을 함께 쓰고, 이름은 docker가 아는 것이어야 합니다. { $flag } 이름=값 형태로 쓰거나 네트워크 이름만 쓰세요.
problem-network-subnet-missing = { $flag } { $value }: 여기에 맞는 서브넷(subnet)이 없습니다. 주소 범위와 게이트웨이는 서브넷 안에 있어야 합니다. --subnet으로 서브넷을 지정하세요.
