problem-no-such-container = { $container } 컨테이너(container)가 없습니다. `docker ps -a`로 목록을 확인하세요.
problem-ambiguous-id = 컨테이너 ID { $id }: 이렇게 시작하는 컨테이너가 둘 이상입니다. 몇 자리 더 입력하세요.
problem-invalid-container-name = 컨테이너 이름 ({ $name })이 올바르지 않습니다. [a-zA-Z0-9][a-zA-Z0-9_.-]만 쓸 수 있고 두 글자 이상이어야 합니다.
problem-container-name-taken = 컨테이너 이름 "/{ $name }": 이미 컨테이너 "{ $id }"에서 쓰고 있는 이름입니다. `docker rm { $name }` 명령으로 지우거나 다른 이름을 쓰세요.
problem-container-not-running = 컨테이너 { $container }: 실행 중이 아닙니다 (지금 상태: { $state }). `docker start { $container }` 명령으로 시작하세요.
problem-container-running = 컨테이너 { $container } ({ $id }): 실행 중이라 지울 수 없습니다. 먼저 멈추거나 `docker rm -f { $container }` 명령으로 강제로 지우세요.
problem-container-being-removed = { $container } 컨테이너는 이미 삭제하는 중입니다. `docker ps -a`에서 사라질 때까지 기다리세요.
problem-container-marked-for-removal = { $container } 컨테이너는 지금 삭제하는 중이라 시작하거나 설정을 바꿀 수 없습니다. `docker create` 명령으로 새로 만드세요.
problem-no-command = 실행할 명령이 없습니다. { $image } 이미지가 명령을 정해 두지 않았습니다. `docker run { $image } 명령`처럼 이미지 뒤에 명령을 쓰세요.
problem-no-such-image-for-platform = { $image }: { $platform } 플랫폼(platform)용 이미지가 없습니다. `docker pull --platform { $platform } { $image }` 명령으로 받으세요.
problem-unsupported-option = { $option } = { $value }: dockwalk가 아직 지원하지 않는 옵션입니다. 조용히 무시하지 않고 거절합니다. { $why ->
    [disks] 쓰기 레이어는 엔진이 있는 디스크의 디렉터리라서 따로 제한할 수 없습니다.
    [groups] 컨테이너의 컨트롤 그룹은 엔진이 끝날 때 함께 사라지도록 엔진의 그룹 아래에 둡니다.
    [realtime] 요즘 커널은 컨테이너마다 실시간 예산을 두지 않습니다.
    [windows] 리눅스에서는 Docker에도 없습니다.
    [devices] 컨테이너에는 해롭지 않은 장치 몇 개만 있고 호스트의 장치는 없습니다.
    [namespaces] 이 네임스페이스는 컨테이너마다 따로 만듭니다.
    [runtime] 모든 호출을 보여 주려고 dockwalk가 컨테이너를 직접 시작합니다.
    [storage] 쓰기 레이어는 할당량이 없는 보통 디렉터리입니다.
    [plugins] 플러그인이 없습니다.
    [networks] 여기에서 네트워크의 자리에는 주소와 이름만 있습니다.
   *[other] 대신할 것이 없습니다.
} 옵션을 빼고 다시 실행하세요.
problem-bad-request = 요청을 읽을 수 없습니다: { $reason }. 클라이언트 버전을 확인하세요.
problem-bad-field = 요청을 읽을 수 없습니다: { $field } 필드는 { $wanted } 값이어야 하는데 { $found } 값이 들어 있습니다. 요청을 만든 곳에서 고치세요.
problem-body-empty = 요청에 내용이 없습니다. 본문(body)이 없거나 비어 있습니다. 원하는 것을 JSON으로 보내세요. 예: {"{"}"Image": "lab/shell:1"{"}"}.
problem-body-kind = Content-Type이 { $kind }입니다. application/json이어야 합니다. 클라이언트가 그 헤더(header)를 보내게 하세요.
problem-start-with-body = 컨테이너(container)는 만든 그대로 시작합니다. 본문(body)을 넣어 시작하는 방법은 Docker API 1.24에서 없어졌습니다. 필요한 설정은 만들 때 주고, 시작은 본문 없이 하세요.
problem-endpoints-many = 컨테이너(container): 한꺼번에 여러 네트워크(network)에 연결할 수 없습니다({ $networks }). 만들 때는 네트워크 하나에만 들어갑니다. 하나만 적으세요.
problem-endpoint-null = 네트워크(network) { $network }: 설정이 null입니다. 더 요청할 것이 없으면 {"{}"}라고 쓰세요.
problem-mount-foreign-field = 종류가 "{ $kind }"인 마운트(mount)에는 { $field } 항목을 쓸 수 없습니다. 빼거나 다른 종류를 고르세요.
problem-mac-and-network = --mac-address는 --network { $network }와 함께 쓸 수 없습니다. 주소를 줄 컨테이너만의 링크가 없습니다. --mac-address를 빼세요.
problem-options-conflict = 함께 쓸 수 없는 옵션입니다: { $what ->
    [uts] --hostname과 --uts host. 호스트의 UTS 네임스페이스에서는 호스트의 이름을 씁니다. 둘 중 하나를 빼세요.
    [dns] --dns와 --network container. 네트워크를 함께 쓰면 resolv.conf도 함께 씁니다. --dns는 그 컨테이너에 주세요.
    [hosts] --add-host와 --network container. 네트워크를 함께 쓰면 /etc/hosts도 함께 씁니다. --add-host는 그 컨테이너에 주세요.
    [publish] --publish와 --network container. 네트워크를 내주는 컨테이너의 포트를 공개하세요.
    [expose] --expose와 --network container. 네트워크를 내주는 컨테이너의 포트를 여세요.
    [links] --link와 --network container. 네트워크를 내주는 컨테이너에 --link를 주세요.
    [links-host] --link와 --network host. --link를 빼세요.
   *[hostname] --hostname과 --network container. 네트워크를 함께 쓰면 이름도 함께 씁니다. --hostname을 빼세요.
}
problem-joined-not-running = 컨테이너 { $container }({ $id }): 실행 중이 아니어서 그 네트워크에 들어갈 수 없습니다. 네트워크는 실행 중에만 있으니 먼저 시작하세요.
problem-ipc-not-running = 컨테이너 { $id }: 실행 중이 아니어서 IPC 네임스페이스를 함께 쓸 수 없습니다. `docker start { $id }` 명령으로 먼저 시작하세요.
problem-ipc-not-shareable = 컨테이너 { $id }: IPC 네임스페이스를 빌려주지 않는 컨테이너입니다. `docker run --ipc shareable`로 만든 컨테이너여야 합니다.
problem-link-is-default = { $name }: 컨테이너의 본래 이름은 링크가 아니어서 지울 수 없습니다. `docker ps --no-trunc`에 나오는 대로 `컨테이너/별칭` 형식으로 쓰세요.
problem-link-elsewhere = 컨테이너 { $other }: 기본 브리지에 있지 않아서 연결(--link)할 수 없습니다. 두 컨테이너를 직접 만든 같은 네트워크에 두면 서로 이름으로 찾습니다.
problem-link-not-running = /{ $container }/{ $alias }: 컨테이너 { $other }: 기본 브리지에서 실행 중이 아니어서 연결할 수 없습니다. 먼저 시작하세요.
problem-mount-type = "{ $kind }": 이런 종류의 마운트(mount)는 Docker에도 없습니다. Docker에는 bind, volume, tmpfs가 있습니다. `type=` 뒤의 낱말을 바로잡으세요.
problem-mount-read-only-anonymous = 이름 없는 볼륨(volume)은 읽기 전용으로 마운트(mount)할 수 없습니다. 아무것도 써넣을 수 없는 볼륨이 되기 때문입니다. 볼륨에 이름을 주거나(`src=이름`) `readonly`를 빼세요.
problem-no-such-option = { $option } = { $value }: Docker에 그런 이름의 옵션이 없습니다. Docker는 못 본 척하지만, dockwalk는 잘못 쓴 것을 알 수 있도록 거절합니다. 이름을 고치거나 빼세요.
problem-no-such-value = { $option } = { $value }: Docker에도 없는 값입니다. Docker가 아는 값: { $known }. 고치거나 이 옵션을 빼세요.
problem-sysctl-of-host = sysctl "{ $sysctl }": 호스트나 다른 컨테이너의 네트워크를 쓰면 그쪽 값이 바뀌므로 쓸 수 없습니다. 빼거나, 컨테이너에 따로 네트워크를 주세요.
problem-sysctl-of-ipc = sysctl "{ $sysctl }": 호스트나 다른 컨테이너의 IPC 네임스페이스를 쓰면(--ipc) 그쪽 값이 바뀌므로 쓸 수 없습니다. 빼거나, --ipc를 private나 shareable로 주세요.
problem-sysctl-not-allowed = sysctl '{ $sysctl }': 쓸 수 없습니다. 컨테이너가 따로 갖는 매개변수를 NAME=VALUE 형식으로 써야 하며, 나머지는 호스트의 것입니다. net.*, fs.mqueue.*, kernel.sem, kernel.msg*, kernel.shm*를 쓸 수 있습니다.
problem-restart-retry-count = HostConfig.RestartPolicy.MaximumRetryCount = { $count }: { $policy ->
    [on-failure] 다시 시작할 횟수는 음수일 수 없습니다. 횟수를 주거나, 제한하지 않으려면 0을 주세요.
   *[other] 재시작 정책 '{ $policy }'에는 횟수를 함께 쓸 수 없습니다. 횟수를 빼거나 on-failure 정책을 쓰세요.
}
problem-unknown-log-option = 로그 옵션 '{ $option }': { $driver } 드라이버에는 없습니다. Docker도 거절합니다. 이름을 고치거나 빼세요. json-file과 local에는 `max-size`와 `max-file`이 있습니다.
problem-ulimit-soft-above-hard = ulimit { $name }: 소프트 한도 { $soft }, 하드 한도 { $hard }: 소프트 한도는 하드 한도보다 클 수 없습니다. 앞의 수를 줄이거나 뒤의 수를 늘리세요. -1은 한도를 두지 않는다는 뜻입니다.
problem-ulimit-unknown = { $name }: 그런 ulimit는 없습니다. core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending, stack이 있습니다.
problem-invalid-value = { $option } = { $value }: Docker도 받지 않는 잘못된 값입니다. { $wanted ->
    [range] { $least }부터 { $most }까지의 숫자여야 합니다.
    [at-least] { $least } 이상이어야 하고, 0이면 기본값을 씁니다.
    [cpu-quota] CPU 쿼터는 1ms({ $least }) 이상이어야 하고, 0보다 작으면 제한이 없습니다.
    [cpu-period] CPU 주기는 1ms({ $least })부터 1초({ $most })까지여야 합니다.
    [cpus] 0-3,7처럼 번호를 나열해야 합니다.
    [address] { $example } 같은 IP 주소여야 합니다.
    [runtime] 그런 이름의 런타임(runtime)이 없습니다.
    [flag] true나 false여야 합니다.
    [mode] 콜론 뒤에는 ro나 rw만 쓸 수 있습니다.
   *[other] Docker 문서를 확인하세요.
} 고치거나 이 옵션을 빼세요.
problem-invalid-port = 포트(port) "{ $port }": 쓸 수 없는 값입니다. 1부터 65535까지의 수나 범위를 쓰고, tcp가 아니면 프로토콜도 쓰세요. 예: 80, 8000-8010, 53/udp.
problem-filters-unreadable = filters={ $filters }: 읽을 수 없습니다. 이름마다 값의 목록이 있는 JSON이어야 합니다. 예: {"{"}"label":["a=b"]{"}"}.
problem-engine-root-link = { $root }: { $target } 경로를 가리키는 링크(link)인데, 그곳에 아무것도 없습니다. 엔진(engine)은 자기 디렉터리를 만들지만 링크를 거쳐서는 만들지 않습니다. { $target } 디렉터리를 만들거나, `--root DIR`로 다른 디렉터리를 주세요.
problem-bad-number = { $name }={ $value }: 여기에 쓸 수 있는 숫자가 아닙니다. 값을 고치세요.
problem-bad-filter = { $filter } 필터(filter)는 지원하지 않습니다. 빼고 다시 실행하세요.
problem-bad-credentials = X-Registry-Auth가 JSON의 base64가 아닙니다. `docker login`으로 다시 로그인하세요.
problem-bad-detach-keys = 분리 키(detach keys) { $keys }: 쓸 수 없는 값입니다. ctrl-p,ctrl-q처럼 글자나 ctrl-글자를 쉼표로 이어 쓰세요.
problem-invalid-signal = 시그널(signal) { $signal }: 그런 시그널은 없습니다. SIGTERM 같은 이름이나 1에서 64까지의 숫자를 쓰세요.
problem-invalid-reference = 이미지 이름 형식이 올바르지 않습니다: { $reason }. 이름[:태그] 또는 이름@sha256:…으로 쓰세요.
problem-invalid-platform = 플랫폼(platform) { $platform }: 올바른 형식이 아닙니다. linux/amd64처럼 운영체제/아키텍처로 쓰세요.
problem-invalid-volume-spec = 볼륨(volume) 지정 '{ $spec }': 형식이 올바르지 않습니다. 원본:/대상 또는 원본:/대상:ro로 쓰세요.
problem-invalid-volume-name = 볼륨(volume) 이름 { $name }: 쓸 수 없는 이름입니다. [a-zA-Z0-9][a-zA-Z0-9_.-]만 쓸 수 있고 두 글자 이상이어야 합니다. 호스트의 디렉터리라면 절대 경로로 쓰세요.
problem-invalid-mount-target = 마운트(mount) 경로 '{ $target }': 올바르지 않습니다. / 아래의 절대 경로여야 합니다.
problem-invalid-extra-host = { $value }: --add-host에는 db:10.0.0.5처럼 이름:주소를 쓰세요.
problem-invalid-mac = { $mac }: 링크에 쓸 수 있는 MAC 주소가 아닙니다. 02:42:ac:11:00:63처럼 6바이트로 쓰세요. 첫 바이트가 홀수이면 그룹 주소라서 쓸 수 없습니다.
problem-invalid-link = --link { $link }: 링크로 읽을 수 없습니다. CONTAINER 또는 CONTAINER:ALIAS 형식으로 쓰고, 별칭에는 영문자, 숫자, `-`, `_`, `.`만 쓰세요.
problem-invalid-domain = { $what } = “{ $domain }”: 도메인으로 쓸 수 없습니다. example.org처럼 영문자, 숫자, `-`, `_`로 된 이름을 점으로 이어 쓰세요.
problem-bind-propagation = { $path }: 이 경로가 속한 { $mount } 마운트(mount)는 { $needs ->
        [shared] 공유(shared)가 아니어서 컨테이너에서 마운트한 것이 호스트로 나갈 수 없습니다. 엔진의 마운트 네임스페이스는 호스트의 마운트를 받아들이기만 하고 내보내지 않으므로, 그 안에서 만든 마운트에만 { $propagation } 옵션을 쓸 수 있습니다. rslave를 쓰거나 옵션을 빼세요
       *[slave] 공유(shared)도 종속(slave)도 아니어서 호스트에서 나중에 마운트한 것이 컨테이너로 전해지지 않습니다. 호스트에서 `mount --make-shared { $mount }`를 실행한 뒤 엔진을 다시 시작하거나 { $propagation } 옵션을 빼세요
    }.
problem-bind-source-relative = 바인드 마운트(bind mount)의 원본 '{ $path }': 절대 경로가 아닙니다. /로 시작하는 경로를 쓰세요.
problem-duplicate-mount = 마운트(mount) 경로 { $target }: 같은 경로에 두 가지를 마운트할 수는 없습니다. 하나만 지정하세요.
problem-no-stream-chosen = stdout과 stderr 가운데 하나는 골라야 합니다. 요청에 stdout=1이나 stderr=1을 넣으세요.
problem-no-upgrade = 이 요청은 연결 자체를 넘겨받으므로 `Connection: Upgrade`와 `Upgrade: tcp` 헤더가 필요합니다. 이 헤더를 보내는 클라이언트를 쓰세요.
problem-no-such-exec = exec 인스턴스 { $id }: 없습니다. 오래되어 지워졌을 수 있으니 명령을 다시 실행하세요.
problem-exec-started = { $id } 명령은 이미 시작했습니다. 새로 준비하세요.
problem-no-exec-command = { $container }에서 실행할 명령이 없습니다. 컨테이너 이름 뒤에 프로그램을 쓰세요.
problem-no-such-network = { $network } 네트워크(network)가 없습니다. 어떤 네트워크가 있는지는 `docker network ls`로 보입니다.
problem-no-such-evidence = { $seq }번 이벤트(event)에는 근거가 없거나, 녹화에 없는 이벤트입니다. 관찰한 것을 적은 이벤트를 고르세요.
problem-inotify-missing = 컨테이너의 쓰기 레이어를 실시간으로 지켜볼 수 없습니다({ $reason }). 컨테이너가 끝날 때 한 번 살펴봅니다. 다른 프로그램이 inotify를 너무 많이 쓰고 있다면 `sudo sysctl -w fs.inotify.max_user_instances=1024` 명령으로 한도를 늘리세요.
problem-inotify-exhausted = 커널이 지켜볼 디렉터리를 더 늘려 주지 않습니다. 지금 { $count }개입니다. 그 밖의 디렉터리에 쓴 것은 컨테이너가 끝날 때 보입니다. `sudo sysctl -w fs.inotify.max_user_watches=524288` 명령으로 한도를 늘리세요.
problem-no-such-endpoint = { $request }: Docker API에 없는 주소이거나 메서드(method)가 다릅니다. 경로를 고치세요.
problem-not-built = { $feature ->
    [attach-socket] 웹소켓(websocket)으로 연결하는 기능은 아직 dockwalk에 없습니다. `docker attach`처럼 연결을 그대로 쓰세요.
    [build] 이미지(image)를 빌드하는 기능은 아직 dockwalk에 없습니다. docker, podman, buildah로 빌드한 뒤 `docker save 이미지 | dockwalk docker load`로 불러오세요.
    [checkpoint] 컨테이너(container) 체크포인트(checkpoint) 기능은 dockwalk에 없습니다. 컨테이너가 쓴 내용은 `docker commit`으로 남기세요.
    [compose] Compose는 dockwalk에 없습니다. `docker run`으로 컨테이너(container)를 하나씩 시작하세요.
    [distribution] 이미지(image)를 받지 않고 레지스트리(registry)에 물어보는 기능은 아직 dockwalk에 없습니다. 받은 다음 `docker image inspect 이미지`로 확인하세요.
    [plugin] 플러그인(plugin)은 dockwalk에 없습니다. 볼륨, 네트워크, 로그는 내장된 local, bridge, json-file을 씁니다.
    [search] 레지스트리(registry) 검색은 dockwalk에 없습니다. https://hub.docker.com 같은 곳에서 찾아 이름으로 받으세요.
    [secret] 이 노드는 스웜(swarm) 매니저가 아닙니다. 시크릿(secret)과 config는 스웜 모드의 기능이고, dockwalk에는 스웜 모드가 없습니다. 대신 파일을 연결하세요: `-v 파일:/run/secrets/이름:ro`.
    [swarm] 이 노드는 스웜(swarm) 매니저가 아닙니다. 스웜 모드는 dockwalk에 없습니다. 이 컴퓨터의 컨테이너(container)만 실행합니다. `docker run`을 쓰세요.
   *[other] { $feature }: 아직 dockwalk에 없는 기능입니다. 빼고 실행하세요.
}
problem-events-backwards = `since`({ $since })가 `until`({ $until })보다 늦습니다. 둘을 바꾸세요.
problem-api-version = 클라이언트의 API 버전 { $version }: 지원하지 않습니다. 이 엔진이 지원하는 범위는 { $oldest }–{ $newest }입니다. DOCKER_API_VERSION을 그 사이로 정하세요.
problem-log-gap = 이 자리에 있어야 할 출력 { $bytes }바이트가 없습니다. 로그에 쓸 수 없었습니다({ $reason }).
problem-logs-not-kept = 컨테이너 { $container }: `--log-driver none`으로 만들어서 출력을 남기지 않습니다. 실행 중에 attach로 보거나, 다른 로그 드라이버로 다시 만드세요.
problem-log-lost = 로그 { $path }: 컨테이너 { $container }의 출력 { $lost }줄을 쓰지 못해 잃었습니다({ $reason }). `docker logs`에는 빠진 자리만 표시되고, 연결(attach)해 있던 쪽만 보았습니다. `docker rm`이나 `docker image prune` 등으로 디스크 공간을 비우면 그 뒤의 출력은 다시 남습니다.
problem-console-cut = { $container }의 출력이 { $bytes }바이트를 넘었습니다. 그 뒤의 출력은 녹화에 없고 `docker logs`에서 볼 수 있습니다.
problem-console-left-out = { $container }의 출력 가운데 { $bytes }바이트는 녹화에 없습니다. 그중 최근 것은 `docker logs`에서 볼 수 있습니다.
problem-engine-runs-already = { $socket }에서 이미 엔진(engine)이 실행 중입니다. 그 엔진을 쓰거나 종료하거나, `--socket PATH`로 다른 소켓을 지정하세요.
problem-engine-root-locked = 엔진의 디렉터리 { $root }: 다른 엔진이 쓰고 있습니다. 그 엔진을 쓰거나 종료하거나, `--root DIR`로 다른 디렉터리를 지정하세요.
problem-engine-root-file = { $root }: 디렉터리가 아닙니다. 엔진은 디렉터리에 데이터를 보관하므로 `--root DIR`로 새로운 디렉터리나 비어 있는 디렉터리를 지정하세요.
problem-engine-socket-other = { $socket }: { $what ->
    [datagrams] 데이터그램(datagram) 소켓입니다.
    [directory] 디렉터리입니다.
   *[file] 소켓이 아니라 파일입니다.
} 여기서 기다리는 엔진은 없습니다. 실행 중인 엔진의 소켓을 쓰거나(DOCKER_HOST=unix:///경로), DOCKER_HOST를 지워서 dockwalk의 엔진을 쓰세요.
problem-commit-image-gone = 컨테이너 { $container }: 바탕이 된 이미지(image) { $image }가 삭제되어 새 레이어를 얹을 곳이 없습니다. 그 이미지를 다시 불러오거나 받은 뒤 컨테이너를 만들고, 남길 파일을 그 안에 복사하세요.
problem-engine-root-used = { $root } 디렉터리에는 다른 것({ $names })이 들어 있고, 엔진이 쓰던 곳이 아닙니다. 엔진은 시작할 때 자기 디렉터리를 비우므로 이곳은 건드리지 않았습니다. `--root DIR`로 비어 있거나 새로운 디렉터리를 지정하세요.
problem-engine-fault = 엔진 내부 오류입니다: { $reason }. 녹화(`dockwalk trace export`)와 함께 알려 주세요.
problem-socket-path-long = { $socket }: 소켓(socket) 경로는 107바이트를 넘을 수 없습니다. `--socket PATH`로 더 짧은 경로를 지정하세요.
problem-engine-unreachable = { $socket }에서 응답하는 엔진이 없습니다 ({ $reason }). `dockwalk engine`으로 시작하세요.
problem-engine-strange = { $socket }에서 응답하는 것은 사용자 { $owner }의 프로세스로, 자신(사용자 { $user })도 root도 아닙니다. 아무것도 보내지 않았습니다. 자신의 디렉터리에서 `dockwalk engine --socket PATH`로 엔진을 시작하세요.
problem-peer-refused = 이 엔진은 다른 사용자의 것이라 사용자 { $user }의 요청을 받지 않습니다. `dockwalk engine`으로 자신의 엔진을 시작하세요.
problem-engine-denied = { $socket }의 엔진은 다른 사용자의 것입니다 ({ $reason }). `dockwalk engine`으로 자신의 엔진을 시작하거나 그 사용자에게 물어보세요.
problem-engine-cut = { $socket }의 엔진과 연결이 끊어졌습니다 ({ $reason }). `dockwalk docker info`로 아직 실행 중인지 확인하세요.
problem-engine-said = { $message }
problem-engine-other-version = 엔진의 응답을 이해할 수 없습니다 ({ $reason }). 프로그램과 엔진의 버전이 같아야 하니 엔진을 종료하고 다시 시작하세요.
problem-engine-not-started = 엔진을 시작하지 못했습니다: { $reason }. 터미널에서 `dockwalk engine`을 실행해 자세한 내용을 확인하세요.
problem-engine-slow = 엔진을 시작했지만 응답하지 않습니다. { $log }에서 엔진의 메시지를 확인하세요.
problem-engine-not-dockwalk = { $socket }에서 응답하는 것은 dockwalk의 엔진이 아니라 Docker입니다. 창은 dockwalk의 엔진만 보여 줍니다. DOCKER_HOST를 지우거나 dockwalk 엔진의 소켓으로 바꾸세요.
problem-engine-silent = { $socket }의 엔진이 { $seconds }초 동안 응답하지 않습니다. 프로세스가 멈춰 있는지 확인하세요(`ps`에서 상태 T). 다시 응답하면 그대로 이어집니다.
problem-no-thread = 스레드(thread)를 시작하지 못했습니다 ({ $reason }). 실행 중인 프로세스가 너무 많을 수 있으니 몇 개를 끝내세요.
problem-call-not-tried = { $call } 시스템 콜은 시험할 수 없습니다. 아무 일도 일어나지 않는 인수를 아는 것만 시험합니다. 격리 그림의 목록에서 고르세요.
problem-reach-bad-port = { $to }에는 이름과 포트가 제대로 들어 있지 않습니다. 이름:포트 또는 이름:포트/udp로 쓰고, 포트는 1에서 65535 사이여야 합니다.
problem-reach-two-questions = { $to }에 이미 포트가 있는데 옵션에서는 다른 것을 묻습니다. 둘 가운데 하나를 빼세요.
problem-reach-bad-outside = { $address } 주소는 바깥의 주소가 아닙니다. 바깥에 그 주소를 가진 곳이 없습니다. 업링크 너머의 주소를 쓰거나 --outside를 빼세요. 그러면 업링크의 다음 홉에 물어봅니다.
problem-reach-other-version = { $address } 주소는 { $version } 주소가 아닙니다. { $version } 주소를 쓰거나, 버전을 정하는 옵션(-6)을 빼세요.
problem-reach-too-many = 물어볼 칸이 { $count }개인데 한 번에 { $most }개까지만 물어봅니다. 묻는 쪽(FROM)이나 대상(TO)을 정하세요: dockwalk reach web --prove
problem-reach-not-running = { $container } 컨테이너가 실행 중이 아닙니다. 실행 중인 컨테이너끼리만 닿을 수 있습니다. 먼저 시작하세요: docker start { $container }
problem-walk-busy = 지금 다른 패킷을 따라가고 있습니다. 먼저 끝까지 진행하거나 취소하세요.
problem-walk-from-outside = 바깥에서는 패킷을 보낼 수 없습니다. dockwalk은 컨테이너와 호스트에서만 보냅니다. 보내는 쪽으로 컨테이너나 `host`를 적고, 호스트의 포트로 들어가 보려면 --published를 붙이세요.
problem-walk-no-address = { $to } 쪽에는 패킷을 보낼 주소가 없습니다. 까닭은 `dockwalk reach`로 볼 수 있습니다.
problem-walk-no-pair = { $from }에서 { $to } 쪽으로 보내는 그런 패킷은 없습니다. 서로 다른 둘을 적으세요. --name을 붙일 때는 받는 쪽이 컨테이너여야 합니다.
problem-walk-not-outside = 바깥 주소({ $address })를 적었지만 받는 쪽은 바깥이 아닙니다: { $to }. 받는 쪽을 `outside`로 적거나 --outside를 빼세요.
problem-walk-not-published = { $to } 포트는 호스트의 { $version } 포트로 게시되어 있지 않습니다. `docker port`로 확인하고 컨테이너 쪽의 포트를 적으세요.
problem-walk-to-terminal = 캡처는 글자가 아니라 터미널에 출력하지 않습니다. `--pcap 파일`로 파일을 정하거나 출력을 보내세요: `dockwalk walk web db --pcap - | tshark -r -`.
problem-walk-two-outputs = `--pcap -`를 쓰면 표준 출력에는 캡처만 나갑니다. --json을 빼거나 파일을 정하세요: `--pcap 파일`.
problem-walk-not-recorded = 녹화에 그런 패킷이 없습니다: { $path }. 엔진이 녹화하는 동안 `dockwalk walk`로 패킷을 따라가세요. 녹화의 끝에는 마지막 8개가 남습니다.
problem-walk-rules-not-told = 패킷이 어떤 규칙을 만나는지 커널이 알려 주지 않습니다({ $reason }). 규칙 없이 패킷을 따라가고, 규칙이 하는 일은 계산합니다.
problem-container-paused = { $container } 컨테이너는 일시 정지되어 있어 그 안에서 아무것도 실행할 수 없습니다. 먼저 `docker unpause { $container }` 명령으로 다시 움직이게 하세요.
problem-container-already-paused = { $container } 컨테이너는 이미 일시 정지되어 있습니다. `docker unpause { $container }` 명령으로 다시 움직입니다.
problem-container-not-paused = { $container } 컨테이너는 일시 정지되어 있지 않아 풀 것이 없습니다. 지금 상태는 `docker ps -a`로 볼 수 있습니다.
problem-rename-to-nothing = { $container } 컨테이너: 새 이름이 비어 있습니다. `docker rename { $container } 새이름`처럼 이름을 쓰세요.
problem-rename-to-same = 새 이름이 지금 이름과 같습니다: { $name }. 다른 이름을 고르세요.
problem-restart-and-remove = 끝나면 삭제되는 컨테이너는 다시 시작할 수 없으므로 `--rm`과 `--restart`는 함께 쓸 수 없습니다. 둘 중 하나를 빼세요.
problem-top-column = ps: "{ $column }" 열 이름은 쓸 수 없습니다. PID라는 제목으로 프로세스를 가려내기 때문입니다. 이 열을 다른 이름으로 부르세요.
problem-top-refused = 이 호스트에서 `ps { $arguments }` 명령이 되지 않습니다: { $reason }. 호스트에서 먼저 실행해 보세요.
problem-top-without-pid = ps 출력에 PID 열이 없어 컨테이너의 프로세스를 가려낼 수 없습니다. `-o pid,…`처럼 PID 열도 함께 요청하세요.
problem-top-without-ps = 프로세스를 보여 주는 { $program } 프로그램이 이 호스트에 없습니다. `sudo apt install procps` 명령으로 설치하세요.
problem-update-memory-above-swap = 메모리 { $memory }바이트: 메모리와 스왑을 합한 제한보다 클 수 없습니다. { $container } 컨테이너의 지금 제한은 합해서 { $swap }바이트이니 `--memory-swap`도 함께 늘리세요.
problem-container-ended-with-engine = { $container } 컨테이너는 엔진이 갑자기 끝날 때 실행 중이었고 엔진과 함께 끝났습니다. 기록한 종료 상태는 { $status }입니다. 그때까지 쓴 내용은 그대로 남아 있습니다.
problem-container-file-newer = container.json 파일의 버전은 { $version }입니다. 이 dockwalk는 버전 { $readable }까지만 읽을 수 있습니다. 이 파일을 쓴 dockwalk나 더 새로운 dockwalk를 쓰세요.
problem-container-file-unreadable = container.json 파일이 dockwalk가 쓰는 형식과 다릅니다: { $reason }. 누가 고쳤는지 확인하세요. 온전한 사본이 있다면 엔진이 실행 중이 아닐 때 그 자리에 되돌려 놓으면 됩니다.
problem-container-set-aside = { $dir } 디렉터리의 컨테이너를 이어받지 못했습니다({ $code }, 이유는 바로 다음 줄에 있습니다). 디렉터리는 그대로 두었고, 엔진을 시작할 때마다 다시 시도합니다. 더는 알림을 받지 않으려면 디렉터리를 다른 곳으로 옮기세요.
problem-container-restarting = { $container } 컨테이너는 끝난 뒤 다시 시작되기를 기다리는 중이라 지울 수 없습니다. 먼저 멈추거나 `docker rm -f { $container }` 명령으로 강제로 지우세요.
problem-container-waits = { $container } 컨테이너는 끝난 뒤 다시 시작되기를 기다리고 있습니다(재시작 정책). 실행될 때까지 기다렸다가 다시 시도하세요.
problem-copy-directory-over-file = { $path }: 컨테이너에서 파일이라 디렉터리로 덮어쓸 수 없습니다. 다른 위치를 고르거나 컨테이너에서 먼저 지우세요.
problem-copy-file-over-directory = { $path }: 컨테이너에서 디렉터리라 파일로 덮어쓸 수 없습니다. 다른 위치를 고르거나 컨테이너에서 먼저 지우세요.
problem-copy-no-path = 경로가 비어 있습니다. `docker cp 컨테이너:/경로 .`처럼 콜론 뒤에 경로를 쓰세요.
problem-copy-not-a-directory = { $container } 컨테이너의 { $path } 경로는 디렉터리가 아니라 파일을 풀 수 없습니다. 파일을 넣을 디렉터리를 지정하세요.
problem-copy-not-found = { $container } 컨테이너에 { $path } 경로가 없습니다. `docker exec { $container } ls`나 `docker diff { $container }`로 무엇이 있는지 확인하세요.
problem-copy-read-only = { $container } 컨테이너의 { $path } 경로는 읽기 전용이라 아무것도 넣을 수 없습니다. `--read-only`나 `:ro` 없이 컨테이너를 만드세요.
problem-copy-damaged = 보낸 아카이브를 { $path }에 풀 수 없습니다: { $kind ->
        [attribute] Linux가 받지 않는 확장 속성(extended attribute)이 들어 있습니다
        [attribute-size] 확장 속성(extended attribute)이 파일 시스템이 담을 수 있는 것보다 큽니다
        [bomb] 푸는 동안 지나치게 불어납니다
        [file-size] 파일이 가질 수 있는 것보다 큰 크기가 적혀 있습니다
        [header-size] 확장 헤더(extended header)가 너무 큽니다
        [name-size] 이름이 너무 깁니다
        [depth] 디렉터리가 너무 깊이 겹칩니다
        [directories] 디렉터리가 너무 많습니다
        [entries] 항목이 너무 많습니다
       *[contents] tar가 아니거나 내용이 서로 맞지 않습니다
    } ({ $entry }). `tar`로 다시 만들고, 그사이에 바뀌지 않는 위치로 복사하세요.
problem-speed-busy = 다른 측정이 진행 중입니다. 함께 재면 서로의 시간을 재게 되므로 한 번에 하나만 합니다. 끝난 뒤에 다시 하세요.
problem-speed-no-room = { $place }에는 여유가 모자라 재지 않았습니다. 재는 동안 쓸 자리는 { $needed }인데, 남은 { $free } 가운데 절반은 비워 둡니다. `--quick`이나 더 작은 `--size`, `--files`로 하거나, 자리를 더 마련하세요.
problem-speed-no-inodes = { $place }에는 파일을 { $needed }개 더 만들 여유가 없어 재지 않았습니다. 남은 inode { $free }개 가운데 절반은 비워 둡니다. 더 작은 `--files`로 하세요.
problem-speed-disturbed = 재는 동안 다른 프로그램이 바꾼 파일이라 잰 시간을 믿을 수 없습니다: { $path }. 아무도 건드리지 않을 때 다시 재세요.
problem-speed-not-ours = dockwalk가 재려고 만든 디렉터리(0700)가 아닙니다: { $path }. 다른 프로그램이 그 자리에 다른 것을 두었거나, 소유자와 권한을 기록하지 않는 파일 시스템입니다. 리눅스 파일 시스템을 마운트한 곳을 재고, 남은 것은 직접 지우세요.
problem-speed-read-only = { $place }에는 읽기 전용으로 마운트되어 있어 쓰는 속도를 잴 수 없습니다. 재려면 쓸 수 있게 마운트한 컨테이너에서 하세요.
problem-speed-no-directory = { $place }에는 디렉터리가 아니라 파일 하나가 마운트되어 있어, 그 안에서 잴 수 없습니다. 디렉터리를 마운트한 곳을 재세요.
problem-speed-out-of-range = 쓸 수 없는 값입니다: --{ $name } { $value }. { $least }부터 { $most }까지의 값을 주세요.
