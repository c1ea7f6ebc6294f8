problem-bind-source-missing = { $path }: 바인드 마운트(bind mount)할 경로가 호스트에 없습니다. `--mount`는 없는 경로를 만들지 않습니다. 경로를 만들거나 바로잡은 뒤 다시 실행하세요.
problem-call-refused = 시스템 콜(system call) { $call }: 컨테이너를 준비하던 중에 커널이 거절했습니다 ({ $reason }). `dockwalk doctor`로 이 컴퓨터에서 무엇이 가능한지 확인하세요.
problem-capability-unknown = { $name }: 그런 권한(capability)은 없습니다. `NET_ADMIN`이나 `CAP_NET_ADMIN`, `ALL`처럼 capabilities(7)에 있는 이름을 쓰세요.
problem-cgroup-limit-refused = 제한 { $limit }: 커널이 { $path }에 쓰기를 거절했습니다 ({ $reason }). 값이 이 컴퓨터에 맞는지 확인하거나 제한 없이 실행하세요.
problem-cgroup-not-here = 이 사용자는 여기서 컨트롤 그룹(cgroup)을 만들 수 없어 요청한 제한을 걸지 못했습니다: { $limits }. 컨테이너는 제한 없이 실행됩니다. 제한을 보려면 엔진을 root로 시작하거나, cgroup v2에서 `systemd-run --user --scope -p Delegate=yes`로 시작하세요.
problem-cgroup-no-swap = 제한 { $limit }: 이 커널은 컨테이너마다 스왑(swap)을 세지 않아({ $path } 파일이 없음) 컨테이너가 호스트의 스왑을 얼마든지 쓸 수 있습니다. 제한하려면 커널을 `swapaccount=1`로 부팅하거나 `sudo swapoff -a`로 스왑을 끄세요.
problem-cgroup-no-file = 한도 { $limit }: 이 커널의 컨트롤 그룹에는 { $path } 파일이 없어 정하지 않습니다. 컨테이너는 이 한도 없이 실행됩니다. 빼거나, 이 기능이 있는 커널에서 엔진을 실행하세요.
problem-cgroup-out-of-memory = 컨테이너 { $container }: 허용된 것보다 많은 메모리가 필요해서 커널이 이 컨테이너의 프로세스를 { $killed }개 강제로 끝냈습니다(종료 상태 137은 128 + SIGKILL). `--memory`로 메모리를 더 주거나, 무엇이 메모리를 많이 쓰는지 찾아보세요.
problem-memory-swap-below-memory = `--memory-swap { $swap }`: 메모리와 스왑(swap)을 합한 크기이므로 `--memory`(지금 { $memory }바이트)와 함께 주어야 하고 그보다 작을 수 없습니다. 더 큰 값을 주거나, 스왑을 제한하지 않으려면 -1을 주세요.
problem-memory-swap-without-memory = `--memory-swap { $swap }`: 메모리와 스왑(swap)을 합한 크기이므로 항상 메모리 한도와 함께 주어야 합니다. `--memory`도 주거나, 이 옵션을 빼세요.
problem-cpus-not-available = { $kind ->
    [mems] 메모리 노드 { $asked }: 이 컴퓨터에 모두 있지는 않습니다. 있는 노드: { $there }.
   *[other] CPU { $asked }: 이 컴퓨터에 모두 있지는 않습니다. 있는 CPU: { $there }.
} 있는 번호를 쓰세요.
problem-cpu-conflict = --cpus는 { $other }와 함께 쓸 수 없습니다. 같은 한도를 다르게 쓴 것이니 하나만 쓰세요.
problem-oom-kill-unlimited = 메모리 한도 없이 OOM killer만 껐습니다. 이 컴퓨터의 메모리가 바닥날 수 있습니다. --memory로 한도를 정하세요.
problem-kernel-memory-ignored = 커널 메모리 한도는 더는 쓰이지 않습니다. 요즘 커널은 이 메모리를 다른 메모리와 함께 세므로 따로 제한되는 것이 없습니다. --memory를 쓰세요.
problem-memory-reservation-above = --memory { $memory }, --memory-reservation { $reservation }: 예약은 한도보다 클 수 없습니다. 예약을 줄이거나 한도를 늘리세요.
problem-command-interpreter-missing = { $command }: 이미지 { $image }에 있지만, { $asking ->
    [itself] 첫 줄에
   *[other] 이 파일을 실행하는 { $asking } 파일의 첫 줄에
} 적힌 인터프리터(interpreter) { $interpreter } 파일이 컨테이너에 없습니다. `#!` 뒤의 경로를 고치거나 그 인터프리터가 있는 이미지를 쓰세요.
problem-command-interpreter-refused = { $command }: { $asking ->
    [itself] 첫 줄에
   *[other] 이 파일을 실행하는 { $asking } 파일의 첫 줄에
} 적힌 인터프리터(interpreter) { $interpreter } 파일은 있지만 실행할 수 없습니다 ({ $reason }). `#!` 뒤에 실행 권한이 있는 프로그램을 적으세요.
problem-command-line-ends = { $command }: { $asking ->
    [itself] 줄
   *[other] 이 파일을 실행하는 { $asking } 파일의 줄
} 끝이 Windows 방식(CR LF)이어서 첫 줄이 “{ $interpreter }” 인터프리터(interpreter)를 찾는데, 그런 파일은 없습니다. 줄 끝을 Unix 방식으로 바꾸세요: sed -i 's/\r$//' 스크립트
problem-command-loader-missing = { $command }: 이미지 { $image }에 있지만, { $asking ->
    [itself] 이 프로그램이
   *[other] 이 파일을 실행하는 { $asking } 프로그램이
} 필요로 하는 로더(loader) { $interpreter } 파일이 컨테이너에 없습니다. 이 이미지에 없는 C 라이브러리용으로 만든 프로그램입니다. 그 라이브러리가 있는 이미지(musl은 Alpine, glibc는 Debian 등 대부분)를 쓰거나 정적으로 링크하세요.
problem-command-not-executable = { $command }: 이미지 { $image }에 있지만 실행할 수 없습니다 ({ $reason }). 실행 권한이 있는 프로그램인지, 이 컴퓨터의 아키텍처용인지 확인하세요.
problem-command-path-missing = { $command }: 이미지 { $image }에 그런 파일이 없습니다. 철자를 확인하거나, `sh`로 들어가 어떤 파일이 있는지 보세요.
problem-command-not-found = { $command }: 이미지 { $image }의 PATH에서 그런 명령(executable file)을 찾지 못했습니다. 철자를 확인하거나, `sh`로 들어가 어떤 명령이 있는지 보세요.
problem-etc-files-written = { $dir }에 컨테이너의 hosts, hostname, resolv.conf를 썼습니다.
problem-group-not-found = { $group }: 이미지의 /etc/group에 그런 그룹이 없습니다. 있는 이름이나 숫자 gid를 쓰세요.
problem-helper-not-executed = 컨테이너를 준비하는 프로그램을 실행하지 못했습니다 ({ $reason }). `sysctl vm.memfd_noexec` 값이 2라면 1이나 0으로 바꾸세요: sudo sysctl vm.memfd_noexec=1
problem-host-command-not-executable = { $command }: 파일은 있지만 실행할 수 없습니다 ({ $reason }). 실행 권한이 있는 프로그램인지, 이 컴퓨터의 아키텍처용인지 확인하세요.
problem-host-command-not-found = { $command }: 이 컴퓨터의 PATH에서 그런 명령(executable file)을 찾지 못했습니다. 호스트의 명령은 이 컴퓨터에 설치된 프로그램을 실행합니다. 철자를 확인하거나 설치하세요(sudo apt install …).
problem-id-not-mapped = { $kind ->
        [group] 그룹
        [id] ID
       *[user] 사용자
    } { $id }번은 엔진의 사용자 네임스페이스(user namespace)에 없어서 컨테이너에서 쓸 수 없습니다. { $grant ->
        [none] 이 호스트에서는 보조 ID(subordinate id) 범위를 그 번호까지 줄 수 없습니다. `-u`로 다른 번호를 고르거나 엔진을 root로 실행하세요.
        [restart] { $file }에는 ID가 충분하지만 이 엔진은 그 전에 시작되었습니다. 엔진을 다시 시작한 뒤 다시 해 보세요. 그래도 안 되면 `dockwalk doctor`로 원인을 확인하세요.
        [unknown] { $file }에서 이 사용자의 보조 ID(subordinate id)를 늘리고 엔진을 다시 시작하거나, 엔진을 root로 실행하세요.
       *[other] 보조 ID(subordinate id) { $needed }개가 필요한데 { $file }에는 이 사용자의 것이 { $have }개뿐입니다. `{ $grant }` 명령으로 나머지를 주고, 엔진을 다시 시작한 뒤 다시 해 보세요. 엔진을 root로 실행해도 됩니다.
    }
problem-init-died = 컨테이너의 init이 프로그램을 실행하기 전에 끝났습니다. 다른 프로세스가 죽였거나, 메모리가 모자랐거나, 시작에 필요한 호출(`write`, `execve`)을 seccomp 프로필이 막았을 수 있습니다. 프로필을 썼다면 빼고 다시 실행해 보세요.
problem-mount-into-proc = { $target }: /proc과 그 아래에는 아무것도 마운트할 수 없습니다. 컨테이너는 거기서 커널이 알려 주는 그대로를 보아야 하기 때문입니다. 다른 경로를 지정하세요.
problem-mount-kinds = { $source }: { $target }에 마운트할 수 없습니다. { $found ->
        [directory] 컨테이너의 그 경로는 디렉터리인데 원본은 파일입니다
       *[file] 컨테이너의 그 경로는 파일인데 원본은 디렉터리입니다
    }. 종류가 같은 원본이나 다른 대상을 지정하세요.
problem-mount-not-there = { $path }: 마운트했지만 마운트 표에 보이지 않습니다. `dockwalk doctor`를 실행해 보세요.
problem-mount-over-dev = { $target }: 컨테이너의 터미널과 장치가 있는 /dev 위에는 아무것도 마운트할 수 없습니다. /dev/shm처럼 그 아래 디렉터리나 다른 경로를 지정하세요.
problem-mount-refused = { $target }: 컨테이너의 이 경로에 마운트할 수 없습니다 ({ $reason }). 원본과 대상이 둘 다 파일이거나 둘 다 디렉터리인지 확인하세요.
problem-mount-target = { $target }: 마운트 대상은 `/`가 아닌 절대 경로여야 합니다. `/data`처럼 쓰세요.
problem-oom-score-refused = --oom-score-adj { $score }: 커널에게 거절당했습니다 ({ $reason }). 엔진보다 낮은 점수를 주려면 특권(CAP_SYS_RESOURCE)이 필요한데 이 엔진에는 없습니다. 0 이상의 수를 쓰거나 호스트의 root로 엔진을 시작하세요.
problem-overlay-missing = { $path }: 이 커널에는 overlay 파일 시스템이 없습니다 ({ $reason }). `sudo modprobe overlay`를 실행한 뒤 다시 시작하세요.
problem-overlay-refused = { $path }: 커널이 여기에 overlay를 마운트하지 않습니다 ({ $reason }). 엔진 디렉터리가 ext4, xfs, btrfs 같은 로컬 디스크에 있는지 확인하고, 아니면 `--root DIR`로 옮기세요. root가 아니면 커널 5.11 이상이 필요합니다.
problem-path-too-long = 경로 { $path }…의 길이가 커널이 받는 한도인 4095바이트를 넘습니다. 더 짧게 지정하세요.
problem-platform-not-runnable = 이미지(image) { $image }: { $platform }용이라 이 컴퓨터({ $host })에서 실행할 수 없습니다. 안을 들여다볼 수는 있습니다. 실행하려면 `docker pull --platform { $host } { $image }` 명령으로 이 컴퓨터용 이미지를 받으세요.
problem-seccomp-profile-invalid = { $kind ->
        [action] seccomp 프로필의 동작(action) "{ $what }": 없는 동작입니다. SCMP_ACT_ALLOW, SCMP_ACT_ERRNO, SCMP_ACT_KILL, SCMP_ACT_KILL_PROCESS, SCMP_ACT_LOG, SCMP_ACT_TRACE, SCMP_ACT_TRAP 중에서 쓰세요.
        [operator] seccomp 프로필의 연산자(op) "{ $what }": 없는 연산자입니다. SCMP_CMP_EQ, NE, LT, LE, GE, GT, MASKED_EQ 중에서 쓰세요.
        [argument] 시스템 호출의 인자는 0번부터 5번까지인데 seccomp 프로필에 { $what }번이 적혀 있습니다. `index` 값을 고치세요.
        [names] seccomp 프로필에 'name'과 'names'가 함께 적혀 있습니다 ({ $what }). 둘 중 하나만 쓰세요.
        [architectures] seccomp 프로필에 'architectures'와 'archMap'이 함께 적혀 있습니다. 둘 중 하나만 쓰세요.
        [architecture] seccomp 프로필의 아키텍처 "{ $what }": 없는 이름입니다. SCMP_ARCH_X86_64, SCMP_ARCH_AARCH64처럼 libseccomp의 이름을 쓰세요.
        [errno] seccomp 프로필에 오류 번호 { $what }번이 적혀 있는데, 커널의 오류 번호는 4095번까지입니다. `errnoRet`이나 `defaultErrnoRet` 값을 고치세요.
        [kernel] seccomp 프로필의 minKernel "{ $what }": 커널 버전이 아닙니다. 4.8처럼 숫자 두 개로 쓰세요.
        [length] seccomp 프로필로 만든 필터가 명령 { $what }개를 넘는데, 커널은 그보다 긴 필터를 받지 않습니다. 조건을 줄이세요.
       *[json] seccomp 프로필을 읽을 수 없습니다: { $what }. `--security-opt seccomp=파일`에는 Docker의 `default.json` 같은 파일을 쓰세요.
    }
problem-seccomp-not-built = 이 아키텍처용 seccomp 필터를 만들지 못했습니다 ({ $reason }). `--security-opt seccomp=unconfined`로 필터 없이 실행할 수 있습니다.
problem-sysctl-refused = sysctl { $sysctl }={ $value }: 커널에게 거절당했습니다 ({ $reason }). 이름과 값을 확인하세요. root가 아니면 바꿀 수 없는 매개변수도 있습니다.
problem-tmpfs-option = { $option }: tmpfs가 모르는 옵션입니다. `size=64m`, `mode=1777`, `exec`, `ro` 등을 쓰세요.
problem-ulimit-refused = ulimit { $name }: 커널에게 거절당했습니다 ({ $reason }). 엔진의 하드 한도보다 높이려면 특권(CAP_SYS_RESOURCE)이 필요한데 이 엔진에는 없습니다. 더 낮은 수를 쓰거나, 엔진을 시작하는 쪽의 한도를 높이세요.
problem-user-not-found = { $user }: 이미지의 /etc/passwd에 그런 사용자가 없습니다. 있는 이름이나 숫자 uid를 쓰세요.
problem-user-out-of-range = { $id }: 사용자나 그룹은 0부터 2147483647까지의 번호이거나 이름이어야 합니다. `-u`나 `--group-add`에 다른 값을 지정하세요.
problem-user-file-out-of-range = { $file }의 { $line }번째 줄: { $id }번은 사용자나 그룹의 번호가 될 수 없습니다. 0부터 2147483647까지여야 합니다. 이미지에서 이 줄을 고치거나, `-u`로 이 줄에 없는 사용자와 그룹을 지정하세요.
problem-volume-driver = 볼륨 드라이버 "{ $driver }": 없습니다. 볼륨 플러그인은 dockwalk에 들어 있지 않습니다. 드라이버를 빼거나 `local`이라고 쓰세요.
problem-volume-gone = 볼륨(volume) { $name }: 디렉터리 { $path }가 사라졌습니다. 누군가 직접 지웠고, 들어 있던 내용도 함께 없어졌습니다. `docker volume create { $name }`으로 빈 볼륨을 다시 만든 뒤 컨테이너를 시작하세요.
problem-volume-archive-damaged = 아카이브로 볼륨(volume)을 만들 수 없습니다: { $kind ->
        [attribute] Linux가 받지 않는 확장 속성(extended attribute)이 들어 있습니다
        [attribute-size] 확장 속성(extended attribute)이 파일 시스템이 담을 수 있는 것보다 큽니다
        [bomb] 푸는 동안 지나치게 불어납니다
        [file-size] 파일이 가질 수 있는 것보다 큰 크기가 적혀 있습니다
        [header-size] 확장 헤더(extended header)가 너무 큽니다
        [name-size] 이름이 너무 깁니다
        [depth] 디렉터리가 너무 깊이 겹칩니다
        [directories] 디렉터리가 너무 많습니다
        [entries] 항목이 너무 많습니다
       *[contents] 온전한 tar가 아니거나 내용이 서로 맞지 않습니다
    } ({ $entry }). 아무것도 남기지 않았습니다. 볼륨을 다시 내보내거나 파일을 다시 복사하세요.
problem-volume-archive-digest = 아카이브의 { $entry }: 다이제스트가 달라 내보낸 내용과 다릅니다. 아무것도 남기지 않았습니다. 처음 만든 파일을 다시 복사하거나 볼륨을 다시 내보내세요.
problem-volume-archive-foreign = `dockwalk volume export`로 만든 아카이브가 아닙니다. 일반 tar는 컨테이너로 볼륨에 푸세요: `docker run --rm -v NAME:/v -v "$PWD":/b IMAGE tar xf /b/FILE -C /v`
problem-volume-archive-newer = 아카이브의 형식은 { $format }인데 이 dockwalk는 { $known }까지만 압니다. 아카이브를 만든 dockwalk나 더 새로운 버전으로 가져오세요.
problem-volume-archive-short = 아카이브가 다이제스트 목록 앞에서 끝납니다. 덜 복사되었거나 내보내기가 중간에 끊긴 파일입니다. 아무것도 남기지 않았습니다. 파일을 다시 복사하거나 볼륨을 다시 내보내세요.
problem-volume-exists = 볼륨(volume) { $name }: 이미 있습니다. 가져오기는 있는 볼륨을 바꾸지 않습니다. 다른 이름으로 가져오세요: `dockwalk volume import FILE NAME`
problem-volume-name-anonymous = 16진수 64자리 이름은 익명 볼륨(volume)의 이름이라 `docker volume prune`이 지웁니다: { $name }. 다른 이름으로 가져오세요: `dockwalk volume import FILE NAME`
problem-volume-in-use-now = 볼륨(volume) { $name }: 실행 중인 컨테이너 [{ $containers }]가 쓰고 있습니다. 그사이에 쓰는 파일은 일부만 담길 수 있습니다. 한 순간의 내용을 그대로 담으려면 먼저 멈추세요: `docker pause`
problem-volume-sockets = 볼륨(volume) { $name }: 소켓(socket) { $count }개는 듣고 있는 프로세스 없이는 의미가 없어 건너뜁니다.
problem-volume-exported-in-use = 볼륨(volume) { $name }: 컨테이너 [{ $containers }]가 쓰는 동안 내보냈습니다. 그사이에 쓴 파일은 일부만 담겼을 수 있습니다. 한 순간의 내용을 그대로 담으려면 먼저 멈추세요: `docker pause`
problem-volume-options-left = 볼륨(volume) { $name }: 원래 볼륨의 옵션({ $options })은 이 호스트에서 뜻이 다르므로 적용하지 않았습니다. 파일은 이제 엔진의 디렉터리에 있습니다.
problem-volume-too-deep = 볼륨의 디렉터리가 { $limit }단계 넘게 겹쳤거나 Linux가 이름으로 가리킬 수 없을 만큼 깊습니다: { $path }. 이런 아카이브는 아무도 풀 수 없습니다. 옮기거나 지운 뒤 다시 내보내세요.
problem-volume-too-many-directories = 볼륨의 디렉터리 경로를 모두 합친 길이가 { $limit }바이트를 넘습니다. 이런 아카이브는 다시 가져올 수 없으므로 내보내지 않았습니다. 일부를 다른 볼륨으로 옮긴 뒤 나누어 내보내세요.
problem-volume-too-many-entries = 볼륨에 항목이 { $limit }개를 넘게 있습니다. 이런 아카이브는 다시 가져올 수 없으므로 내보내지 않았습니다. 일부를 다른 볼륨으로 옮긴 뒤 나누어 내보내세요.
problem-volume-in-use = 볼륨(volume) { $name }: 컨테이너 [{ $containers }]에서 쓰고 있어 지울 수 없습니다. 컨테이너를 먼저 지우세요: `docker rm`
problem-volume-mount = 볼륨(volume) { $name }: { $device }의 내용을 { $path } 경로에 마운트하지 못했습니다 ({ $reason }). `docker volume inspect { $name }`으로 무엇으로 된 볼륨인지 확인하고, 없는 것을 만들거나 볼륨을 지우고 새로 만드세요.
problem-volume-mount-option = `o`의 "{ $option }": { $type ->
        [tmpfs] tmpfs에 없는 옵션입니다. size=64m, mode=1777, uid=1000, gid=1000, ro, noexec 등을 쓰세요
       *[bind] 바인드에 없는 옵션입니다. bind나 rbind, ro, nosuid, nodev, noexec 등을 쓰세요
    }.
problem-volume-name = { $name }: 볼륨 이름으로 쓸 수 없습니다. 영문자나 숫자로 시작하고 영문자, 숫자, `_`, `.`, `-`로 된 두 글자 이상이어야 합니다. 호스트 경로를 뜻했다면 절대 경로를 쓰세요.
problem-volume-not-found = 볼륨(volume) { $name }: 없습니다. `docker volume ls`로 있는 볼륨을 확인하세요.
problem-volume-option = { $option ->
        [size] size={ $value }: 볼륨의 크기 제한(quota)은 할 수 없습니다. 메모리 볼륨의 크기는 `o`에 쓰세요: `-o type=tmpfs -o device=tmpfs -o o=size={ $value }`
       *[other] "{ $option }": local 드라이버에 없는 옵션입니다. type, device, o를 쓸 수 있습니다
    }.
problem-volume-option-missing = 볼륨 옵션 "{ $option }": 빠져 있습니다. `-o { $beside }=…`에는 이것도 함께 써야 합니다: `-o type=tmpfs -o device=tmpfs` 또는 `-o type=none -o device=/디렉터리 -o o=bind`
problem-volume-type = 종류가 "{ $type }"인 볼륨(volume)은 dockwalk에 들어 있지 않습니다. 따로 서버나 디스크가 있어야 하기 때문입니다. `-o type=tmpfs`, 그리고 호스트 디렉터리를 device로 하는 `-o type=none -o o=bind`를 쓸 수 있습니다. 호스트에서 직접 마운트한 뒤 그 디렉터리를 바인드하세요.
problem-workdir-outside = { $path }: 이 디렉터리에서는 시작할 수 없습니다. /proc의 링크는 컨테이너 밖으로 이어질 수 있어 따라가지 않습니다. `-w`로 컨테이너 안의 작업 디렉터리를 지정하세요.
problem-workdir-refused = { $path }: 컨테이너의 작업 디렉터리로 들어갈 수 없습니다 ({ $reason }). 디렉터리인지 확인하거나 `-w`로 다른 경로를 지정하세요.
problem-freezer-stuck = 커널이 컨테이너의 프로세스를 제때 모두 멈추지 못했습니다({ $path }의 상태: { $state }). 그중 하나가 디스크나 장치를 기다리고 있습니다. 프로세스는 원래대로 계속 실행되니 다시 시도하세요.
problem-pause-not-here = { $container } 컨테이너를 일시 정지할 수 없습니다. 프로세스는 컨트롤 그룹(cgroup)으로 멈추는데 이 사용자는 여기서 그룹을 만들 수 없습니다. 엔진을 root로 시작하거나, cgroup v2에서 `systemd-run --user --scope -p Delegate=yes dockwalk engine`으로 시작하세요.
