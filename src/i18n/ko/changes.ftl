## 이미지
change-host-seen = 이 호스트를 살펴보았습니다: { $os }, 커널 { $kernel }.
change-remark = 알아 둘 것: { $code }.
change-registry-seen = 레지스트리 { $host }에서 응답을 받았습니다.
change-registry-limit = 레지스트리 { $registry }에서 앞으로 { $limit }회 가운데 { $remaining }회 더 받을 수 있습니다.
change-registry-limit-bare = 레지스트리 { $registry }에서 앞으로 { $remaining }회 더 받을 수 있습니다.
change-registry-waiting = 레지스트리 { $registry } 요청을 { $seconds }초 동안 쉬었다가 다시 보냅니다. { $reason }
change-registry-waited = 레지스트리 { $registry }에 다시 요청할 수 있습니다.
change-registry-damaged = 레지스트리에 있는 { $digest } 내용에서 { $offset }번 바이트의 비트 { $bit } 하나를 뒤집었습니다.
change-registry-mended = 레지스트리에 있는 { $digest } 내용을 원래대로 되돌렸습니다.
change-rejected = { $what } { $digest } 내용을 받아들이지 않았습니다. { $by }: 적힌 값과 다릅니다. { $reason }
change-pushed = 블롭 { $digest }({ $size })의 내용을 { $repository } 저장소로 보냈습니다.
change-pushed-existing = 블롭 { $digest } 내용은 { $repository } 저장소에 이미 있습니다.
change-pushed-mounted = 블롭 { $digest } 내용을 { $from } 저장소에서 { $repository } 저장소로 이어 붙였습니다(mount). 보낸 바이트는 없습니다.
content-index = 인덱스(index)
content-manifest = 매니페스트(manifest)
content-config = 설정(config)
content-blob = 블롭(blob)
promise-reference = 요청한 이름의 다이제스트(digest)
promise-header = Docker-Content-Digest 헤더
promise-index = 인덱스의 디스크립터(descriptor)
promise-manifest = 매니페스트의 디스크립터(descriptor)
promise-config = 설정의 diff ID
change-tag-resolved = { $reference } 태그가 가리키는 문서의 다이제스트는 { $digest }입니다.
change-tag-resolved-moved = { $reference } 태그가 옮겨졌습니다. 전에는 { $from }, 지금은 { $digest } 문서를 가리킵니다.
change-index-read = 인덱스를 읽었습니다. 항목은 { $count }개입니다.
change-platform-chosen = 이 컴퓨터에 맞는 { $platform } 항목을 골랐습니다.
change-manifest-read = 매니페스트를 읽었습니다. 설정 하나와 레이어 { $count }개가 적혀 있습니다.
change-config-read = 설정을 읽었습니다. 이 문서의 다이제스트는 { $digest }입니다.
change-image-tagged = ID가 { $image }인 이미지에 { $reference } 태그를 달았습니다.
change-image-tagged-moved = { $reference } 태그를 { $from } 이미지에서 { $image } 이미지로 옮겼습니다.
change-image-untagged = { $reference } 태그를 떼었습니다.
change-image-gone = { $image } 이미지를 지웠습니다.

## 레이어
change-blob-wanted = 내려받을 블롭입니다: { $digest }, { $size }.
change-blob-progress = 블롭 { $digest } 받는 중: { $percent }%.
change-blob-verified = 블롭 { $digest } 확인을 마쳤습니다. { $size }, 크기와 sha256이 모두 맞습니다.
change-blob-verified-reused = 블롭 { $digest } 내용은 이미 있어서 다시 받지 않았습니다.
change-blob-rejected = 블롭 { $digest } 내용을 버렸습니다. { $reason }
change-blob-gone = 블롭 { $digest } 파일을 지웠습니다.
change-layer-there = 레이어 { $layer }의 디렉터리는 이미 있어서 다시 풀지 않았습니다.
change-layer-unpacked = 레이어 하나를 풀었습니다. 항목 { $entries }개, 내용 { $size }입니다.
change-layer-gone = 레이어 { $layer } 디렉터리를 지웠습니다.

## 스토리지
change-mount-seen-overlay = 레이어 { $count }개 위에 쓰기 레이어를 얹어 오버레이로 마운트했습니다.
change-mount-seen-volume = { $volume } 볼륨을 컨테이너의 { $target } 경로에 마운트했습니다.
change-mount-seen-of-volume = { $volume } 볼륨의 실체({ $fstype })를 호스트의 { $target } 경로에 마운트했습니다.
change-mount-seen-bind = 호스트의 { $from } 경로를 컨테이너의 { $target } 경로에 마운트했습니다.
change-mount-seen-tmpfs = 메모리(tmpfs)를 컨테이너의 { $target } 경로에 마운트했습니다.
change-mount-seen = { $fstype } 파일 시스템을 { $target } 경로에 마운트했습니다.
change-mount-gone = { $target } 마운트가 풀렸습니다.
change-volume-seen = { $volume } 볼륨이 있습니다. 내용은 호스트의 { $path } 디렉터리에 있습니다.
change-volume-gone = { $volume } 볼륨을 지웠습니다.
change-volume-exported = { $volume } 볼륨을 내보냈습니다. 파일과 디렉터리 { $entries }개, 아카이브 { $bytes }.
change-volume-imported = { $volume } 볼륨을 가져오고 확인했습니다. 파일과 디렉터리 { $entries }개, 아카이브 { $bytes }.
change-dir-seen-upper = 컨테이너의 쓰기 레이어 { $path } 디렉터리가 생겼습니다.
change-dir-seen-work = 오버레이의 작업용 { $path } 디렉터리가 생겼습니다.
change-dir-seen-merged = 합쳐진 모습을 보여 줄 { $path } 디렉터리가 생겼습니다.
change-dir-seen-bind = 호스트의 { $path } 경로를 바인드에 씁니다.
change-dir-gone = { $path } 디렉터리를 지웠습니다.
change-contents-gone = { $kind ->
    [volume] { $name } 볼륨의 경로에 이제 아무것도 없습니다.
    [bind] 호스트의 { $name } 경로에 이제 아무것도 없습니다.
   *[tmpfs] { $name } 경로의 tmpfs가 사라졌습니다.
} 컨테이너는 이미 마운트한 것을 계속 씁니다.
change-contents-replaced = { $kind ->
    [volume] { $name } 볼륨의 경로에 이제 다른 것이 있습니다.
    [bind] 호스트의 { $name } 경로에 이제 다른 파일이나 디렉터리가 있습니다. 편집기가 이렇게 저장할 때가 많습니다.
   *[tmpfs] { $name } 경로에 이제 다른 것이 있습니다.
} 컨테이너는 이미 마운트한 것을 계속 씁니다.
change-contents-empty = { $kind ->
    [volume] { $name } 볼륨에 파일이 없습니다.
    [bind] 호스트의 { $name } 경로에 파일이 없습니다.
   *[tmpfs] { $name } 경로의 tmpfs에 파일이 없습니다.
}
change-contents-appeared = { $kind ->
    [volume] { $name } 볼륨에 { $path } 파일이 생겼습니다.
    [bind] 호스트에 { $name }{ $path } 파일이 생겼습니다.
   *[tmpfs] { $name } 경로의 tmpfs에 { $path } 파일이 생겼습니다.
} 크기는 { $size }입니다. 파일은 { $files }개, 모두 { $bytes }입니다.
change-contents-changed = { $kind ->
    [volume] { $name } 볼륨에서 { $path } 파일이 바뀌었습니다.
    [bind] 호스트의 { $name }{ $path } 파일이 바뀌었습니다.
   *[tmpfs] { $name } 경로의 tmpfs에서 { $path } 파일이 바뀌었습니다.
} 크기는 { $size }입니다. 파일은 { $files }개, 모두 { $bytes }입니다.
change-contents-fewer = { $kind ->
    [volume] { $name } 볼륨에서 파일이 지워졌습니다.
    [bind] 호스트의 { $name } 경로에서 파일이 지워졌습니다.
   *[tmpfs] { $name } 경로의 tmpfs에서 파일이 지워졌습니다.
} 파일은 { $files }개, 모두 { $bytes }입니다.
change-contents-many = { $kind ->
    [volume] { $name } 볼륨에
    [bind] 호스트의 { $name } 경로에
   *[tmpfs] { $name } 경로의 tmpfs에
} 파일이 { $files }개 있습니다. 모두 { $bytes }입니다.
change-upper-added = { $container } 컨테이너가 쓰기 레이어에 /{ $path } 파일을 새로 썼습니다. 크기는 { $size }입니다.
change-upper-added-dir = { $container } 컨테이너가 쓰기 레이어에 /{ $path } 디렉터리를 만들었습니다.
change-upper-copied = { $container } 컨테이너가 아래 레이어의 /{ $path } 파일을 고치려 하자 커널이 { $bytes } 내용을 쓰기 레이어로 복사했습니다(copy-up). 지금 크기는 { $size }입니다.
change-upper-copied-nothing = { $container } 컨테이너가 아래 레이어에 { $below } 크기로 있던 /{ $path } 파일을 비우고 열었습니다. 복사된 내용은 없습니다(copy-up 0 B).
change-upper-written = { $container } 컨테이너의 쓰기 레이어에 있는 /{ $path } 파일이 다시 바뀌었습니다. 지금 크기는 { $size }입니다.
change-upper-replaced = { $container } 컨테이너가 새로 만든 /{ $path } 파일이 아래 레이어의 파일을 가립니다. 크기는 { $size }입니다.
change-upper-deleted = { $container } 컨테이너가 /{ $path } 경로를 지웠습니다. 쓰기 레이어에 화이트아웃(whiteout)이 생겼고, 아래 레이어의 파일은 그대로입니다.
change-upper-opaque = { $container } 컨테이너가 /{ $path } 디렉터리를 새로 만들어 아래 레이어의 내용을 통째로 가립니다(opaque).
change-upper-mount-points = 엔진이 { $container } 컨테이너의 쓰기 레이어에 마운트 지점(mount point) { $count }개를 만들었습니다.
change-upper-gone = { $container } 컨테이너의 쓰기 레이어에서 /{ $path } 경로가 사라졌습니다.
change-upper-many = { $container } 컨테이너의 쓰기 레이어에서 경로 { $count }개가 바뀌었습니다. 모두 { $paths }개, { $bytes } 크기이고 그동안 copy-up으로 복사한 내용은 { $copied }입니다.

## 컨테이너와 프로세스
change-container-created = { $image } 이미지로 { $container } 컨테이너를 만들었습니다.
change-container-found = { $image } 이미지로 만든 { $container } 컨테이너는 이 엔진이 시작되기 전부터 있던 것입니다. 남아 있는 기록을 읽어 이어서 관리합니다.
change-container-state-created = { $container } 컨테이너는 만들어진 상태입니다.
change-container-state-running = { $container } 컨테이너가 실행 중입니다. 호스트에서 본 PID는 { $pid }번입니다.
change-container-state-paused = { $container } 컨테이너가 일시 정지되었습니다. 프로세스 { $pid }번은 그대로 있지만 CPU 시간을 받지 못합니다.
change-container-state-restarting = { $container } 컨테이너는 종료 상태 { $status }번으로 멈췄고, 재시작 정책에 따라 곧 다시 시작됩니다.
change-container-state-exited = { $container } 컨테이너가 멈췄습니다. 종료 상태는 { $status }입니다.
change-container-health-starting = { $container } 컨테이너의 상태 검사(health check)가 시작됩니다. 아직 결과는 없습니다.
change-container-health-healthy = { $container } 컨테이너의 상태 검사(health check)가 성공하여 정상(healthy)입니다.
change-container-health-unhealthy = { $container } 컨테이너의 상태 검사(health check)가 정한 횟수만큼 잇달아 실패하여 비정상(unhealthy)입니다.
change-container-renamed = { $container } 컨테이너의 이름을 바꿨습니다. 새 이름: { $name }
change-container-gone = { $container } 컨테이너를 지웠습니다.
change-namespace-seen = { $container } 컨테이너에 새 { $kind } 네임스페이스가 생겼습니다. inode는 { $inode }번입니다.
change-namespace-seen-host = 호스트 역할을 하는 { $kind } 네임스페이스가 있습니다. inode는 { $inode }번입니다.
change-namespace-gone = { $kind } 네임스페이스 { $inode }번이 사라졌습니다.
change-process-seen = 프로세스 { $pid }번이 생겼습니다. 자기 PID 네임스페이스 안에서는 { $inner }번입니다.
change-process-changed-executes = { $pid }번 프로세스가 { $value } 명령을 실행합니다.
change-process-changed-hostname = 프로세스 { $pid }번이 보는 호스트 이름은 이제 { $value }입니다.
change-process-changed-root = 프로세스 { $pid }번의 루트(/)가 컨테이너의 파일 시스템으로 바뀌었습니다: { $value }.
change-process-changed-credentials = 프로세스 { $pid }번의 사용자와 그룹은 이제 { $value }입니다.
change-process-changed-capabilities = 프로세스 { $pid }번에 남은 권한(capability)은 { $value }개입니다.
change-process-changed-bounding = 프로세스 { $pid }번이 앞으로 가질 수 있는 권한(capability)은 최대 { $value }개입니다.
change-process-changed-pids = 프로세스 { $pid }번은 PID 네임스페이스마다 번호가 있습니다. 엔진 쪽부터 안쪽까지: { $value }.
change-process-changed-users-all = 프로세스 { $pid }번에는 따로 만든 user 네임스페이스가 없습니다. 안의 사용자가 곧 호스트의 사용자입니다.
change-process-changed-users = 프로세스 { $pid }번 안의 root는 밖에서 사용자 { $value }번입니다.
change-process-changed-kernel = 프로세스 { $pid }번에 답하는 커널은 { $value }입니다.
change-process-changed-seccomp = 프로세스 { $pid }번에 seccomp 필터가 걸렸습니다: { $value }.
change-process-changed-no-new-privs = 프로세스 { $pid }번의 no_new_privs 값은 이제 { $value }입니다.
change-process-changed-working-dir = 프로세스 { $pid }번의 작업 디렉터리는 이제 { $value }입니다.
change-process-changed-cgroup = 프로세스 { $pid }번이 cgroup에 들어갔습니다: { $value }.
change-process-changed-protected = 프로세스 { $pid }번에게 위험한 경로 { $value }개를 가리거나 읽기 전용으로 바꾸었습니다.
change-process-changed-did = 프로세스 { $pid }번이 준비 작업을 하나 마쳤습니다: { $value }.
change-process-gone = 프로세스 { $pid }번이 끝났습니다. 종료 상태는 { $status }입니다.
change-cgroup-seen = { $container } 컨테이너의 cgroup이 생겼습니다.
change-cgroup-seen-limits = { $container } 컨테이너의 cgroup에 한도를 정했습니다: { $limits }.
change-usage-seen = { $container } 컨테이너가 지금 쓰는 메모리는 { $memory }, 프로세스와 스레드는 { $tasks }개입니다.
change-bytes-counted-upper = { $name } 컨테이너가 제 레이어에 쓴 바이트를 세어 보니 { $size }입니다.
change-bytes-counted-volume = 볼륨 { $name }에 든 바이트를 세어 보니 { $size }입니다.
change-bytes-uncounted = 볼륨 { $name }의 크기를 잴 수 없었습니다.
change-disk-seen = { $path } 디렉터리가 있는 디스크는 { $size }이고, { $free }가 비어 있습니다. 이미지는 { $images }개입니다.
change-speed-measured = { $container } 컨테이너의 { $target }에서 잰 값, { $pattern }: 중앙값 { $median }, { $fastest } ~ { $slowest } ({ $runs }번).
change-speed-refused = { $container } 컨테이너에서 재지 않은 곳이 있습니다: { $target }.
change-memory-seen = { $target }의 tmpfs에는 디스크가 없습니다. 장치 번호는 { $device }이고, 이 컴퓨터에는 스왑도 없습니다.
change-memory-seen-swap = { $target }의 tmpfs에는 디스크가 없습니다. 장치 번호는 { $device }입니다. 다만 스왑이 { $swap } 있어 메모리가 모자라면 디스크로 나갈 수 있습니다: { $areas }.
change-call-tried-filtered = { $container } 컨테이너의 seccomp 필터가 { $call } 호출을 거절했습니다: { $answer }.
change-call-tried-refused = { $container } 컨테이너의 { $call } 호출은 seccomp 필터가 있어도 없어도 거절됩니다: { $answer }.
change-call-tried-done = { $container } 컨테이너의 seccomp 필터가 { $call } 호출을 통과시켰고, 커널이 처리했습니다: { $answer }.
change-call-tried-refused-bare = { $container } 컨테이너에는 seccomp 필터가 없고, 커널이 { $call } 호출을 거절했습니다: { $answer }.
change-call-tried-done-bare = { $container } 컨테이너에는 seccomp 필터가 없고, 커널이 { $call } 호출을 처리했습니다: { $answer }.
change-cgroup-gone = cgroup을 지웠습니다: { $path }.

## 네트워크
change-network-seen = { $network } 네트워크가 있습니다.
change-network-gone = { $network } 네트워크를 지웠습니다.
change-address-reserved = 엔진이 { $container } 컨테이너가 쓸 주소를 자기 목록에 예약했습니다: { $address }. 아직 어느 링크에도 설정되지 않았습니다.
change-address-released = 엔진의 목록에서 주소 예약을 풀었습니다: { $address }.
change-link-seen = { $link } 링크가 있습니다. ifindex는 { $index }번입니다.
change-link-seen-moved = { $link } 링크가 { $container } 컨테이너의 네트워크 네임스페이스로 옮겨 갔습니다.
change-link-seen-moved-to-host = { $link } 링크가 호스트의 네트워크 네임스페이스로 돌아왔습니다.
change-link-seen-renamed = 링크의 이름이 바뀌었습니다: { $old } → { $link }.
change-link-seen-joined = { $link } 링크를 { $bridge } 브리지에 꽂았습니다.
change-link-seen-up = { $link } 링크가 켜졌습니다(UP).
change-link-seen-down = { $link } 링크가 꺼졌습니다(DOWN).
change-link-seen-carrier = { $link } 링크에 신호(carrier)가 잡혔습니다. 반대쪽 끝이 동작하고 있습니다.
change-link-seen-no-carrier = { $link } 링크는 켜져 있지만 신호가 끊겼습니다(NO-CARRIER). 반대쪽 끝에서 동작하는 것이 없습니다.
change-link-seen-state = 커널이 알려 준 { $link } 링크의 지금 상태: { $state }.
change-link-seen-port = 브리지가 { $link } 포트를 다루는 상태가 바뀌었습니다: { $state }.
change-link-seen-isolated = 브리지의 { $link } 포트가 격리되었습니다(isolated). 브리지는 격리된 포트끼리는 아무것도 전달하지 않습니다.
change-link-seen-isolated-no-more = 브리지의 { $link } 포트가 더는 격리되어 있지 않습니다.
change-link-seen-again = { $link } 링크를 다시 확인했습니다.
change-link-gone = { $link } 링크가 사라졌습니다.
change-addr-seen = { $link } 링크에 주소가 설정되었습니다: { $address }.
change-addr-gone = { $link } 링크에서 주소가 없어졌습니다: { $address }.
change-mac-learned = { $bridge } 브리지가 { $port } 포트에서 { $mac } 주소를 듣고 배웠습니다. 그 주소로 가는 프레임은 그 포트로만 나갑니다.
change-mac-forgotten = { $bridge } 브리지가 { $mac } 주소를 잊었습니다.
change-route-seen = { $destination } 라우트가 생겼습니다. { $via } 주소를 거쳐 { $link } 링크로 나갑니다.
change-route-seen-direct = { $destination } 라우트가 생겼습니다. { $link } 링크에서 바로 닿습니다.
change-route-seen-refusing = 아무 데로도 이어지지 않는 라우트가 있습니다: { $route }.
change-route-gone = { $destination } 라우트가 사라졌습니다.
change-rule-seen = 규칙이 생겼습니다: { $rule }
change-port-published = 호스트의 { $host }/{ $transport } 포트가 { $container }의 { $to } 포트로 이어집니다
change-port-published-here = 호스트의 { $host }/{ $transport } 포트와 이 컴퓨터의 { $machine } 포트가 { $container }의 { $to } 포트로 이어집니다
change-port-closed = 이제 { $port }에서 아무도 기다리지 않습니다
change-rule-gone = 규칙이 사라졌습니다: { $rule }
end-host = 호스트
end-outside = 바깥
change-reach-probed-answered = { $from }에서 보내 보았고({ $asked }) 답이 왔습니다.
change-reach-probed-refused = { $from }에서 보내 보았고({ $asked }) { $to } 쪽이 듣는 프로그램이 없다고 답했습니다. 닿기는 합니다.
change-reach-probed-unreachable = { $from }에서 보내 보았지만({ $asked }) { $to } 쪽으로 가는 길이 없습니다.
change-reach-probed-no-such-name = { $from }에서 보내 보았지만({ $asked }) 그 이름을 아는 곳이 없습니다.
change-reach-probed-silent = { $from }에서 보내 보았지만({ $asked }) { $to } 쪽에서 아무 답도 오지 않았습니다.
change-reach-probed-not-sent = { $from }에서 보내려 했지만({ $asked }) 커널에 자리가 없어 보내지 못했습니다. { $to } 쪽에 닿는지는 알 수 없습니다.
change-walk-began = 패킷을 보내고 따라갑니다: { $packet }. { $from }에서 { $to } 쪽으로 보내고, 링크 { $links }개에서 지켜봅니다.
change-walk-began-no-rules = 패킷을 보내고 따라갑니다: { $packet }. { $from }에서 { $to } 쪽으로 보내고, 링크 { $links }개에서 지켜봅니다. 어떤 규칙을 만나는지는 커널이 알려 주지 않습니다.
change-packet-seen-in = { $link } ← { $packet }
change-packet-seen-out = { $link } → { $packet }
change-packet-seen-in-changed = { $link } ← { $packet } ({ $changes })
change-packet-seen-out-changed = { $link } → { $packet } ({ $changes })
change-packet-seen-at-rule = { $chain } 체인의 규칙을 만났습니다: { $rule } – { $verdict }
change-packet-seen-at-policy = { $chain } 체인을 다 지났습니다. 체인의 정책: { $verdict }
change-walk-ended-answered = { $to } 쪽에서 답이 왔습니다. 패킷이 갔다가 돌아왔습니다.
change-walk-ended-answered-by-host = 그 포트를 듣는 호스트의 소켓이 답했습니다. 거기서 { $to } 쪽으로는 엔진이 따로 연결하고, 그 연결은 따라가지 않습니다.
change-walk-ended-answered-elsewhere = 답이 왔지만 { $to } 쪽 링크에서 나가는 것은 보지 못했습니다. 다른 곳이 답했습니다.
change-walk-ended-unclear = 답이 왔지만 프레임을 다 보지 못해서 { $to } 쪽에서 온 답인지는 알 수 없습니다.
change-walk-ended-refused = { $to } 쪽에 닿았고, 그 포트를 듣는 프로그램이 없다는 답이 왔습니다.
change-walk-ended-arrived = 패킷이 { $to } 쪽에 도착했지만, 돌아온 답은 없습니다.
change-walk-ended-no-such-name = 그 이름을 아는 곳이 없습니다: { $to }.
change-walk-ended-silent = 돌아온 답이 없고, 무엇이 패킷을 막았는지는 알 수 없습니다.
change-walk-ended-rule = 규칙이 패킷을 버렸습니다({ $place }): { $rule }
change-walk-ended-rule-computed = 돌아온 답이 없습니다. 계산으로는 이 규칙이 패킷을 버립니다({ $place }): { $rule }
change-walk-ended-no-route = 패킷이 떠나지 못했습니다. { $address } 주소로 가는 라우트가 없습니다.
change-walk-ended-dead-route = 패킷이 더 가지 못했습니다. 그곳으로 가는 라우트가 아무 데로도 이어지지 않습니다({ $route }).
change-walk-ended-port-blocked = 패킷이 더 가지 못했습니다. 브리지가 { $link } 포트로는 아무것도 내보내지 않습니다.
change-walk-ended-link-down = 패킷이 더 가지 못했습니다. { $link } 링크가 끊겨 있습니다.
change-walk-ended-nobody-answers = 패킷이 더 가지 못했습니다. { $address } 주소를 가진 곳이 있는지 물었지만({ $asked }) 답이 없었습니다.
change-walk-ended-reported = 패킷을 전할 수 없다고 { $by } 쪽에서 알려 왔습니다({ $protocol } 타입 { $kind }, 코드 { $code }).
change-walk-ended-expired = 패킷이 너무 많은 호스트를 거쳤다고 { $by } 쪽에서 알려 왔습니다({ $protocol } time exceeded, 코드 { $code }). 길이 돌고 있거나 TTL이 너무 작았습니다.
change-walk-ended-no-forwarding = 패킷이 더 가지 못했습니다. 호스트가 패킷을 전달하지 않습니다(net.ipv4.ip_forward).
change-walk-ended-no-masquerade = 패킷이 자기 주소 그대로 나가서 밖에서는 답을 보낼 곳을 모릅니다. masquerade 규칙이 없습니다.
change-walk-ended-no-forwarding-six = 패킷이 더 가지 못했습니다. 호스트가 IPv6 패킷을 전달하지 않습니다(net.ipv6.conf.all.forwarding).
change-walk-ended-no-uplink-six = 패킷이 더 가지 못했습니다. 호스트에서 밖으로 나가는 IPv6 길이 없습니다.
change-walk-ended-no-uplink = 패킷이 더 가지 못했습니다. 실습 호스트에서 밖으로 나가는 길이 없습니다.

## 그 밖의 이벤트
event-op-began = 요청을 받았습니다: { $subject } ({ $request }).
event-op-done = 요청을 마쳤습니다: { $title }.
event-op-failed = 요청이 실패했습니다: { $title }. { $reason }
event-op-cancelled = 요청을 취소했습니다: { $title }.
event-step-announced = 다음 단계: { $title } ({ $subject }).
event-step-done = 단계를 마쳤습니다: { $title }.
event-step-failed = 단계가 실패했습니다: { $title }. { $reason }
event-step-cancelled = 단계를 취소했습니다: { $title }.
event-console-host = 호스트의 터미널에 출력이 나왔습니다.
event-console-container = { $container } 컨테이너의 터미널에 출력이 나왔습니다.
trace-dropped = 녹화가 한도에 이르러 가장 오래된 명령 { $operations }개(이벤트 { $events }개)를 지웠습니다. 지금 보이는 상태는 그대로 맞지만, 지운 시점으로는 돌아갈 수 없고 그때의 근거도 볼 수 없습니다. 더 길게 남기려면 엔진을 --trace-limit 2g처럼 더 큰 한도로 시작하세요.

## 엔진이 스스로 적어 두거나 계산하거나 정한 것: 밖에 물어본 것은 없다
evidence-kernel = 커널 · { $how }
evidence-registry = 레지스트리 · HTTP
evidence-program = 프로그램 · { $name }
evidence-hash = 엔진이 계산한 것 · sha256
evidence-client = 클라이언트의 요청 · API
evidence-blob = 엔진이 보관한 블롭
evidence-file = 호스트의 파일 · { $name }
evidence-own = 엔진이 스스로 적어 둔 것 · { $book }
evidence-own-addresses = 예약한 주소의 목록
evidence-own-archive = 아카이브(archive)의 내용
evidence-own-comparison = 내용 비교
evidence-own-copy = 복사한 내용
evidence-own-document = 직접 쓴 문서
evidence-own-decision = 결정
evidence-own-measurement = 세고 잰 것
evidence-own-search = 하나씩 찾아본 결과
evidence-own-time = 지난 시간
