## 이미지
change-host-seen = 이 호스트를 살펴보았습니다: { $os }, 커널 { $kernel }.
change-remark = 알아 둘 것: { $code }.
change-registry-seen = 레지스트리 { $host } 응답을 받았습니다.
change-registry-limit = 레지스트리 { $registry }에서 앞으로 { $limit }회 가운데 { $remaining }회 더 받을 수 있습니다.
change-registry-limit-bare = 레지스트리 { $registry }에서 앞으로 { $remaining }회 더 받을 수 있습니다.
change-registry-waiting = 레지스트리 { $registry } 요청을 { $seconds }초 동안 쉬었다가 다시 보냅니다. { $reason }
change-registry-waited = 레지스트리 { $registry } 기다림이 끝났습니다.
change-registry-damaged = 레지스트리에 있는 { $digest } 내용에서 { $offset }번 바이트의 비트 { $bit } 하나를 뒤집었습니다.
change-registry-mended = 레지스트리에 있는 { $digest } 내용을 원래대로 되돌렸습니다.
change-rejected = { $what } { $digest } 내용을 받아들이지 않았습니다. { $by }: 적힌 값과 다릅니다. { $reason }
change-pushed = 블롭 { $digest } 내용 { $size }를 { $repository } 저장소로 보냈습니다.
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
change-tag-resolved = { $reference } 태그가 가리키는 것은 { $digest } 문서입니다.
change-tag-resolved-moved = { $reference } 태그가 옮겨졌습니다. 전에는 { $from }, 지금은 { $digest } 문서를 가리킵니다.
change-index-read = 인덱스를 읽었습니다. 항목은 { $count }개입니다.
change-platform-chosen = 이 컴퓨터에 맞는 { $platform } 항목을 골랐습니다.
change-manifest-read = 매니페스트를 읽었습니다. 설정 하나와 레이어 { $count }개가 적혀 있습니다.
change-config-read = 설정을 읽었습니다. 이 문서의 다이제스트 { $digest } 값이 이미지 ID입니다.
change-image-tagged = { $image } 이미지에 { $reference } 태그를 달았습니다.
change-image-tagged-moved = { $reference } 태그를 { $from } 이미지에서 { $image } 이미지로 옮겼습니다.
change-image-untagged = { $reference } 태그를 떼었습니다.
change-image-gone = { $image } 이미지를 지웠습니다.

## 레이어
change-blob-wanted = { $size } 크기의 블롭 { $digest } 받기를 기다립니다.
change-blob-progress = 블롭 { $digest } 받는 중: { $percent }%.
change-blob-verified = 블롭 { $digest } 확인을 마쳤습니다. { $size }, 크기와 sha256이 모두 맞습니다.
change-blob-verified-reused = 블롭 { $digest } 내용은 이미 있어서 다시 받지 않았습니다.
change-blob-rejected = 블롭 { $digest } 내용을 버렸습니다. { $reason }
change-blob-gone = 블롭 { $digest } 파일을 지웠습니다.
change-layer-unpacked = 레이어 하나를 풀었습니다. 항목 { $entries }개, 내용 { $size }입니다.
change-layer-gone = 레이어 { $layer } 디렉터리를 지웠습니다.

## 스토리지
change-mount-seen-overlay = 레이어 { $count }개 위에 쓰기 레이어를 얹어 오버레이로 마운트했습니다.
change-mount-seen-volume = { $volume } 볼륨을 컨테이너의 { $target } 자리에 마운트했습니다.
change-mount-seen-bind = 호스트의 { $from } 경로를 컨테이너의 { $target } 자리에 마운트했습니다.
change-mount-seen-tmpfs = 메모리(tmpfs)를 컨테이너의 { $target } 자리에 마운트했습니다.
change-mount-seen = { $fstype } 파일 시스템을 { $target } 자리에 마운트했습니다.
change-mount-gone = { $target } 마운트가 풀렸습니다.
change-volume-seen = { $volume } 볼륨이 있습니다. 내용은 호스트의 { $path } 디렉터리에 있습니다.
change-volume-gone = { $volume } 볼륨을 지웠습니다.
change-dir-seen-upper = 컨테이너의 쓰기 레이어 { $path } 디렉터리가 생겼습니다.
change-dir-seen-work = 오버레이의 작업용 { $path } 디렉터리가 생겼습니다.
change-dir-seen-merged = 합쳐진 모습을 보여 줄 { $path } 디렉터리가 생겼습니다.
change-dir-seen-bind = 호스트의 { $path } 경로를 바인드에 씁니다.
change-dir-gone = { $path } 디렉터리를 지웠습니다.

## 컨테이너와 프로세스
change-container-created = { $image } 이미지로 { $container } 컨테이너를 만들었습니다.
change-container-state-created = { $container } 컨테이너는 만들어진 상태입니다.
change-container-state-running = { $container } 컨테이너가 실행 중입니다. 호스트에서 본 PID는 { $pid }번입니다.
change-container-state-exited = { $container } 컨테이너가 멈췄습니다. 종료 상태는 { $status }입니다.
change-container-gone = { $container } 컨테이너를 지웠습니다.
change-namespace-seen = { $container } 컨테이너에 새 { $kind } 네임스페이스가 생겼습니다. inode는 { $inode }번입니다.
change-namespace-seen-host = 호스트 역할을 하는 { $kind } 네임스페이스가 있습니다. inode는 { $inode }번입니다.
change-namespace-gone = { $kind } 네임스페이스 { $inode }번이 사라졌습니다.
change-process-seen = 프로세스 { $pid }번이 생겼습니다. 자기 PID 네임스페이스 안에서는 { $inner }번입니다.
change-process-changed-executes = 프로세스 { $pid }번이 실행합니다: { $value }.
change-process-changed-hostname = 프로세스 { $pid }번이 보는 호스트 이름은 이제 { $value }입니다.
change-process-changed-root = 프로세스 { $pid }번의 루트(/)가 컨테이너의 파일 시스템으로 바뀌었습니다: { $value }.
change-process-changed-credentials = 프로세스 { $pid }번의 사용자와 그룹은 이제 { $value }입니다.
change-process-changed-capabilities = 프로세스 { $pid }번에 남은 권한(capability)은 { $value }개입니다.
change-process-changed-seccomp = 프로세스 { $pid }번에 seccomp 필터가 걸렸습니다: { $value }.
change-process-changed-no-new-privs = 프로세스 { $pid }번의 no_new_privs 값은 이제 { $value }입니다.
change-process-changed-working-dir = 프로세스 { $pid }번의 작업 디렉터리는 이제 { $value }입니다.
change-process-changed-cgroup = 프로세스 { $pid }번이 cgroup에 들어갔습니다: { $value }.
change-process-changed-protected = 프로세스 { $pid }번에게 위험한 경로 { $value }개를 가리거나 읽기 전용으로 바꾸었습니다.
change-process-changed-did = 프로세스 { $pid }번이 준비 작업을 하나 마쳤습니다: { $value }.
change-process-gone = 프로세스 { $pid }번이 끝났습니다. 종료 상태는 { $status }입니다.
change-cgroup-seen = { $container } 컨테이너의 cgroup이 생겼습니다.
change-cgroup-seen-limits = { $container } 컨테이너의 cgroup에 한도를 정했습니다: { $limits }.
change-cgroup-gone = cgroup을 지웠습니다: { $path }.

## 네트워크
change-network-seen = { $network } 네트워크가 있습니다.
change-network-gone = { $network } 네트워크를 지웠습니다.
change-address-reserved = { $container } 컨테이너 몫으로 주소 { $address } 예약을 마쳤습니다.
change-address-released = 주소 { $address } 예약을 풀었습니다.
change-link-seen = { $link } 링크가 있습니다. ifindex는 { $index }번입니다.
change-link-seen-moved = { $link } 링크가 { $container } 컨테이너의 네트워크 네임스페이스로 옮겨 갔습니다.
change-link-seen-moved-to-host = { $link } 링크가 호스트의 네트워크 네임스페이스로 돌아왔습니다.
change-link-seen-renamed = 링크의 이름이 바뀌었습니다: { $old } → { $link }.
change-link-seen-joined = { $link } 링크를 { $bridge } 브리지에 꽂았습니다.
change-link-seen-up = { $link } 링크가 켜졌습니다(UP).
change-link-seen-down = { $link } 링크가 꺼졌습니다(DOWN).
change-link-seen-again = { $link } 링크를 다시 확인했습니다.
change-link-gone = { $link } 링크가 사라졌습니다.
change-addr-seen = { $link } 링크에 주소 { $address } 설정을 확인했습니다.
change-addr-gone = { $link } 링크에서 주소 { $address } 설정이 사라졌습니다.
change-route-seen = { $destination } 경로가 생겼습니다. { $via } 주소를 거쳐 { $link } 링크로 나갑니다.
change-route-seen-direct = { $destination } 경로가 생겼습니다. { $link } 링크에서 바로 닿습니다.
change-route-gone = { $destination } 경로가 사라졌습니다.
change-rule-seen = 규칙이 생겼습니다: { $rule }
change-rule-gone = 규칙이 사라졌습니다: { $rule }

## 그 밖의 사건
event-op-began = 요청을 받았습니다: { $subject } ({ $request }).
event-op-done = 요청을 마쳤습니다: { $title }.
event-op-failed = 요청이 실패했습니다: { $title }. { $reason }
event-op-cancelled = 요청을 취소했습니다: { $title }.
event-step-announced = 다음 단계: { $title } ({ $subject }).
event-step-done = 단계를 마쳤습니다: { $title }.
event-step-failed = 단계가 실패했습니다: { $title }. { $reason }
event-step-cancelled = 단계를 취소했습니다: { $title }.
event-console-host = 호스트 터미널에 글자가 찍혔습니다.
event-console-container = { $container } 컨테이너의 터미널에 글자가 찍혔습니다.
