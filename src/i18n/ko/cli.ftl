cli-engine-listens = dockwalk 엔진(engine): { $socket }에서 기다리는 중입니다
cli-registry-listens = dockwalk 레지스트리(registry): { $addr }에서 기다리는 중입니다
cli-engine-started = dockwalk: 엔진을 시작했습니다 (프로세스 { $pid }, { $socket }). 계속 실행되며 `kill { $pid }` 명령으로 끝낼 수 있습니다.
cli-mend = 해결 방법:
cli-built-without-window = 이 dockwalk는 창 없이 빌드되었습니다.
cli-without-window = 창 없이 쓸 수 있는 명령: `dockwalk lesson list`, `dockwalk lesson run 강의 --headless`, `dockwalk docker run -it lab/shell:1`, `dockwalk doctor`.
cli-play-recording = 이 컴퓨터에서도 녹화는 재생할 수 있습니다. 창에서는 `dockwalk --lesson { $lesson }` 명령을 실행한 뒤 ‘이 수업의 녹화 재생’을 누르고, 창 없이는 `dockwalk lesson check { $lesson }` 명령을 실행하세요.
cli-trace-torn = 마지막 줄({ $line }번째, { $bytes }바이트)이 잘려 있습니다. 그 앞은 모두 읽었습니다.
cli-trace-exported = 이벤트 { $count }개를 저장했습니다.
problem-docker-host-not-unix = DOCKER_HOST가 { $host }인데 dockwalk는 유닉스 소켓(unix socket)만 지원합니다. unix:///경로로 쓰거나, DOCKER_HOST를 지우고 dockwalk 엔진을 쓰세요.
problem-not-in-this-build = 이 dockwalk는 엔진 없이 빌드되어 이 명령을 실행할 수 없습니다. Linux에서 엔진이 있는 빌드를 쓰세요.
problem-unknown-level = { $level } 단계는 없습니다. story, stage, kernel 중 하나를 쓰세요.
cli-pulling = '{ $image }' 이미지가 로컬에 없어 레지스트리에서 받습니다
cli-prune = 어떤 컨테이너도 쓰지 않는 익명 볼륨을 모두 지웁니다.
cli-prune-all = 어떤 컨테이너도 쓰지 않는 볼륨을 모두 지웁니다.
cli-prune-images = 태그가 없고 어떤 컨테이너도 쓰지 않는 이미지를 모두 지웁니다.
cli-prune-images-all = 어떤 컨테이너도 쓰지 않는 이미지를 태그가 있는 것까지 모두 지웁니다.
problem-format-unsupported = --format { $format }: 템플릿은 지원하지 않습니다. json으로 출력하고 `jq`로 골라 쓰세요.
problem-not-a-terminal = 표준 입력이 터미널(TTY)이 아닙니다. -t를 빼거나 터미널에서 실행하세요.
problem-terminal-refused = 터미널을 raw 모드로 바꿀 수 없습니다 ({ $reason }). -t를 빼고 실행하세요.
problem-no-such-thing = { $name }: 그런 이름의 객체(object)가 없습니다. `docker ps -a`, `docker images`, `docker volume ls`, `docker network ls`로 확인하세요.
problem-one-container = 한 번에 하나의 컨테이너만 시작하며 연결할 수 있습니다. 이름을 하나만 쓰세요.
problem-bad-volume = -v { $volume }: 절대 경로로 바꿀 수 없습니다 ({ $reason }). /부터 쓰세요.
problem-env-file-unreadable = --env-file { $path } 파일을 읽을 수 없습니다 ({ $reason }). 경로를 확인하세요.
problem-bad-size = { $flag } { $value }: 여기에 쓸 수 있는 숫자가 아닙니다. 64m, 1.5g, 0.5처럼 쓰세요.
problem-mount-space = --mount { $mount }: 쉼표 옆에 공백이 있거나 값이 비어 있습니다. 셸이 공백에서 옵션을 둘로 나누어 나머지를 이미지 이름으로 읽게 됩니다. type=bind,source=/a,target=/b처럼 공백 없이 쓰세요.
problem-mount-without-target = --mount { $mount }: target이 필요합니다. target=/컨테이너/안의/경로를 넣으세요.
problem-mount-field = --mount { $mount }: '{ $field }' 부분은 쓸 수 없습니다. type, source, target, readonly, volume-nocopy, bind-create-src, tmpfs-size, tmpfs-mode를 쓸 수 있습니다.
