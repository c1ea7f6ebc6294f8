problem-no-such-image = 이미지(image) { $image }: 이 컴퓨터에 없습니다. `docker images`로 있는 이미지를 확인하거나 `docker pull { $image }` 명령으로 받아 오세요.
problem-image-id-ambiguous = 이미지 ID { $id }: 이렇게 시작하는 이미지가 여러 개입니다. 숫자를 더 길게 적으세요.
problem-no-such-layer = 레이어(layer) { $chain }: 이 엔진의 저장소에 없습니다. 이미지의 레이어는 `dockwalk image tree 이미지`로 확인하세요.
problem-no-such-path = { $path }: 레이어(layer) { $layer }에 그런 이름이 없습니다. 어느 레이어에 있는지는 `dockwalk image which 이미지 경로`로 확인하세요.
problem-not-a-regular-file = 레이어(layer) { $layer }의 { $path }: 일반 파일이 아니어서 보여 줄 내용이 없습니다. 무엇인지는 `dockwalk image which 이미지 경로`로 확인하세요.
problem-no-path-given = 경로가 없습니다. 맨 앞의 슬래시 없이 퍼센트 인코딩한 경로를 ?path=…로 덧붙이세요.
problem-range-beyond-end = 바이트 범위 { $range }: 파일 크기가 { $size }바이트라서 그 범위가 없습니다. 파일 끝보다 앞의 범위를 지정하세요.
problem-no-writable-layer = 컨테이너(container) { $container }: 아직 쓰기 레이어(writable layer)가 없습니다. 처음 시작할 때 만들어집니다.
problem-image-not-found = 이미지(image) { $image }: 레지스트리(registry) { $registry }에 없습니다(404). 이름과 태그(tag)에 오타가 없는지 확인하세요.
problem-registry-unreachable = 레지스트리(registry) { $registry }에 연결할 수 없습니다({ $reason }). 이름과 포트가 맞는지, 레지스트리가 실행 중인지, 이 컴퓨터가 네트워크에 연결되어 있는지 확인하세요. `lab/…` 이미지는 네트워크 없이도 받을 수 있습니다.
problem-registry-refused = 레지스트리(registry) { $registry }: { $image } 요청을 거절했습니다({ $status }): { $reason }. 이름을 확인하고, 비공개 저장소라면 `docker login { $registry }` 명령으로 로그인하세요.
problem-registry-odd-answer = 레지스트리(registry) { $registry }: { $url }에 대한 응답이 { $status }입니다. 잠시 뒤 다시 시도하고, 계속되면 레지스트리 관리자에게 알리세요.
problem-rate-limited = 레지스트리(registry) { $registry }에서 지금은 더 받을 수 없습니다(429). { $limit }회 가운데 { $remaining }회 남았고, { $after }초 뒤({ $when })에 다시 시도할 수 있습니다. 로그인하면 한도가 늘어나며, 내장 레지스트리의 `lab/…` 이미지는 한도가 없습니다.
problem-plain-http-refused = 레지스트리(registry) { $registry }: TLS 없이 HTTP로만 응답합니다. 평문 HTTP는 이 컴퓨터 안에서만 허용합니다. 레지스트리에 인증서를 설치하거나, 그 사이의 네트워크를 믿을 수 있다면 엔진을 `dockwalk engine --insecure-registry { $registry }`으로 시작하세요.
problem-digest-mismatch = 레지스트리(registry) { $registry }: 보내온 내용의 다이제스트(digest)가 약속과 다릅니다. 약속한 값은 { $expected }, 실제로 계산한 값은 { $computed }입니다. { $by ->
    [reference] 요청한 이름에 적힌 다이제스트와 달라서 알아냈습니다.
    [header] 같은 응답의 Docker-Content-Digest 헤더와 달라서 알아냈습니다. 태그(tag)만으로는 아무것도 약속되지 않습니다.
    [index] 인덱스(index)의 디스크립터(descriptor)와 달라서 알아냈습니다.
    [manifest] 매니페스트(manifest)의 디스크립터(descriptor)와 달라서 알아냈습니다.
   *[other] 약속한 값과 달라서 알아냈습니다.
} 받은 내용은 버렸습니다. 전송 중에 내용이 바뀌었거나 레지스트리의 저장소가 손상되었습니다. 다시 시도하고, 계속되면 레지스트리 관리자에게 알리세요.
problem-blob-missing = 레지스트리(registry) { $registry }: { $image } 이미지의 매니페스트(manifest)는 있지만 거기에 적힌 블롭(blob) { $digest }가 없습니다(404). 이미지를 올린 사람이 다시 올려야(push) 합니다.
problem-push-by-digest = { $image }: 다이제스트(digest)를 적은 이름으로는 올릴 수 없습니다. 다이제스트는 내용에서 정해집니다. `docker tag`로 태그(tag)를 달고 그 태그를 올리세요.
problem-push-blob-missing = 이미지(image) { $image }의 블롭(blob) { $digest }: 이 컴퓨터에도 레지스트리에도 없습니다. 이미지를 다시 받은(pull) 뒤 올리세요.
problem-push-not-kept = 레지스트리(registry) { $registry }: { $image } 매니페스트(manifest)를 받고는 다른 것을 돌려줍니다. 보낸 것은 { $expected }, 돌려준 것은 { $computed }입니다. 다시 시도하고, 계속되면 레지스트리 관리자에게 알리세요.
problem-registry-read-only = 레지스트리(registry) { $registry }: 읽기만 할 수 있어 올릴 수 없습니다. 다른 레지스트리로 올리세요. 내장 레지스트리(`lab/…`)도 읽기 전용입니다.
problem-certificate-untrusted = 레지스트리(registry) { $registry }: 인증서(certificate)를 믿을 수 없습니다({ $reason }). 사설 인증 기관(CA)의 인증서라면 그 기관의 인증서를 /etc/docker/certs.d/{ $registry }/ca.crt 파일로 넣어 두세요.
problem-certificate-unreadable = { $path }: PEM 형식의 인증서나 키가 아닙니다. { $reason }. 올바른 파일로 바꾸거나 지우세요.
problem-mirror-failed = 미러(mirror) { $mirror }에서 { $image } 이미지를 받지 못했습니다({ $reason }). 원래 레지스트리에 요청합니다.
problem-mirror-invalid = `{ $url }`: 미러(mirror) 주소가 아닙니다. `https://mirror.example`이나 `http://10.0.0.1:5000`처럼 적으세요.
problem-registry-lacks-digest = 내장 레지스트리(registry)에 다이제스트(digest) { $digest }가 없습니다. `lab/…` 이미지의 인덱스, 매니페스트, 설정, 레이어 가운데 하나의 다이제스트를 고르세요.
problem-not-damaged = 다이제스트(digest) { $digest }: 내장 레지스트리(registry)에서 손상된 것이 아닙니다. `dockwalk registry damaged`로 손상된 것을 확인하세요.
problem-offset-beyond-end = { $digest }: 크기가 { $size }바이트라서 { $offset }번 바이트가 없습니다. 더 작은 위치를 고르세요.
problem-damage-not-seen = { $digest }: 비트를 뒤집었는데도 내장 레지스트리(registry)가 원래 내용을 보냅니다. dockwalk의 결함이니 알려 주세요.
problem-damage-not-mended = { $digest }: 되돌렸는데도 내장 레지스트리(registry)가 다른 내용을 보냅니다. dockwalk의 결함이니 알려 주세요.
problem-no-builtin-registry = 이 엔진에는 내장 레지스트리(registry)가 없습니다. 엔진을 다시 시작하세요. `dockwalk doctor`로 무엇이 부족한지 볼 수 있습니다.
problem-size-mismatch = 레지스트리(registry) { $registry }: 보내온 { $digest } 내용의 크기가 { $received }바이트입니다. 디스크립터(descriptor)에는 { $expected }바이트로 적혀 있습니다. 받은 내용은 버렸습니다. 매니페스트(manifest)가 잘못되었다면 이미지를 만든 사람이 다시 올려야(push) 하고, 아니라면 레지스트리의 저장소나 중간 프록시가 고장 난 것이니 관리자에게 알리세요.
problem-blob-truncated = 레지스트리(registry) { $registry }: { $digest } 내용을 받다가 { $expected }바이트 가운데 { $received }바이트에서 연결이 끊겼습니다({ $reason }). 받은 만큼은 남아 있으니, 다시 받으면(pull) 그 자리에서 이어집니다. 늘 같은 자리에서 끊긴다면 레지스트리에 그 뒤의 내용이 없거나 매니페스트(manifest)에 적힌 크기가 틀린 것이니 레지스트리 관리자에게 알리세요.
problem-diff-id-mismatch = 레이어(layer) { $digest }: 압축을 푼 내용의 다이제스트(digest)가 이미지 설정(config)과 다릅니다. 설정에 적힌 값은 { $expected }, 실제로 계산한 값은 { $computed }입니다. 이 레이어는 버렸습니다. 이미지가 잘못 만들어졌으니 다시 빌드해서 올리세요(push).
problem-platform-not-available = 이미지(image) { $image }: { $wanted }용은 없습니다. 있는 플랫폼(platform): { $available }. 그중 하나를 `--platform`으로 고르거나 다른 이미지를 쓰세요.
problem-platform-differs = 이미지(image) { $image }: { $platform }용인데 이 컴퓨터는 { $host }입니다. 에뮬레이션이 없으면 이미지 안의 프로그램이 실행되지 않습니다.
problem-manifest-field = 문서 { $digest }: 이미지로 읽을 수 없습니다. { $found ->
    [missing] { $field } 필드가 없습니다.
    [twice] { $field } 필드가 두 번 이상 있습니다.
   *[other] { $field } 필드는 { $wanted } 값이어야 하는데 { $found } 값이 들어 있습니다.
} 이미지를 만든 곳에서 고쳐서 다시 올려야(push) 합니다.
problem-manifest-unsupported = 문서 { $digest }: 이미지로 읽을 수 없습니다. { $reason }. 스키마 2와 OCI 이미지만 읽을 수 있습니다. 최신 도구로 다시 올리세요(push).
problem-document-too-large = 레지스트리(registry) { $registry }: { $document } 문서의 크기가 { $size }바이트입니다. 이미지의 문서는 { $limit }바이트를 넘을 수 없습니다. 이런 이미지는 어디서도 받을 수 없으니 만든 사람이 줄여야 합니다.
problem-artifact-not-image = { $digest }: 이미지가 아니라 레지스트리에 보관된 다른 것(artifact)입니다. 종류는 { $kind }입니다. 실행할 수 없으며, 이 종류를 아는 도구(`oras`, `helm`, `cosign` 등)로 받을 수 있습니다.
problem-schema1-unsupported = { $digest }: 2017년 이전에 쓰던 스키마(schema) 1 이미지입니다. 레이어 내용의 다이제스트가 없어서 아무것도 확인할 수 없습니다. Docker도 더 이상 지원하지 않습니다. 최신 도구로 다시 올리세요(push).
problem-index-without-images = { $image }: 목록에 적힌 { $count }개 가운데 이미지가 하나도 없습니다. 이미지를 어떻게 만들었는지 증명하는 문서(attestation)이거나 비어 있는 인덱스(index)뿐입니다. 올린 사람이 이미지 자체를 올려야(push) 합니다.
problem-index-too-deep = 인덱스(index) { $digest }: 인덱스 안에 또 인덱스가 { $depth }단계를 넘어 들어 있습니다. 그렇게 깊은 곳의 이미지는 찾지 않습니다. 이미지를 올린 사람이 더 위쪽에 적어야 합니다.
problem-foreign-layer = 이미지(image) { $image }의 레이어(layer) { $digest }: 소유자가 재배포를 허락하지 않은 외부 레이어(foreign, nondistributable)인데, 레지스트리 { $registry }에도 없고 매니페스트에 적힌 주소에서도 받을 수 없습니다. 이런 레이어가 없는 이미지를 쓰세요. 대개 Windows 이미지에 있습니다.
problem-layer-damaged = 레이어(layer) { $digest }: 풀 수 없습니다. { $reason }. 이미지가 잘못 만들어졌으니 다시 빌드해서 올리세요(push).
problem-layer-name-too-long = 레이어(layer) { $digest }: 이름이 { $length }바이트인데 Linux는 { $limit }바이트까지 받습니다: { $path }. 이미지가 잘못 만들어졌거나 해를 끼치려는 것이니 실행하지 마세요.
problem-layer-too-deep = 레이어(layer) { $digest }의 { $path }: 디렉터리가 { $limit }단계 넘게 겹칩니다. 정상적인 이미지에는 없는 일이니 실행하지 마세요.
problem-upper-too-deep = 컨테이너가 디렉터리를 { $limit }단계 넘게 겹쳤거나 Linux가 이름으로 가리킬 수 없을 만큼 깊게 만들었습니다: { $path }. 이미지 레이어에는 담을 수 없습니다. 컨테이너에서 지운 뒤 다시 해 보세요.
problem-layer-header-too-large = 레이어(layer) { $digest }: 확장 헤더(extended header)가 { $size }바이트입니다. Docker처럼 { $limit }바이트까지만 읽습니다. 이미지가 잘못 만들어졌거나 해를 끼치려는 것이니 실행하지 마세요.
problem-layer-too-many-entries = 레이어(layer) { $digest }: 항목이 { $limit }개를 넘어서 저장하지 않았습니다. 의도한 것이라면 여러 레이어로 나누세요.
problem-layer-too-many-directories = 레이어(layer) { $digest }: 디렉터리 경로를 모두 합친 길이가 { $limit }바이트를 넘어서 저장하지 않았습니다. 의도한 것이라면 여러 레이어로 나누세요.
problem-layer-bomb = 레이어(layer) { $digest }: 푸는 동안 { $compressed }바이트가 { $size }바이트로, { $limit }배 넘게 불어났습니다. 디스크를 채우기 전에 멈추고 지웠습니다. 그런 아카이브는 해를 끼치려고 만든 것이니 이미지를 실행하지 마세요.
problem-layer-attribute-too-large = 레이어(layer) { $digest }의 { $path }: 확장 속성(extended attribute) { $name }의 크기가 이름까지 { $size }바이트인데, 이 파일 시스템은 그만큼 담을 수 없습니다. 엔진의 루트를 다른 파일 시스템(XFS)에 두거나, 이 속성 없이 이미지를 빌드하세요.
problem-layer-attribute-invalid = 레이어(layer) { $digest }의 { $path }: 확장 속성(extended attribute) { $name }을 Linux가 받지 않습니다. { $reason } (이름까지 { $size }바이트). 이미지가 잘못 만들어졌으니 다시 빌드해서 올리세요(push).
problem-layer-file-too-large = 레이어(layer) { $digest }의 { $path }: 이 파일 시스템의 파일이 가질 수 있는 것보다 큰 크기가 적혀 있습니다. 이미지가 잘못 만들어졌거나 해를 끼치려는 것이니 실행하지 마세요.
problem-id-out-of-range = { $path }의 소유자는 { $kind ->
        [group] 그룹
        [id] ID
       *[user] 사용자
    } { $id }번입니다. { $grant ->
        [none] 이 호스트에서는 보조 ID(subordinate id) 범위를 그 번호까지 줄 수 없습니다. 이미지를 다른 소유자로 다시 만들거나 엔진을 root로 실행하세요.
        [restart] { $file }에는 ID가 충분하지만 이 엔진은 그 전에 시작되었습니다. 엔진을 다시 시작한 뒤 다시 해 보세요. 그래도 안 되면 `dockwalk doctor`로 원인을 확인하세요.
        [unknown] { $file }에서 이 사용자의 보조 ID(subordinate id)를 늘리고 엔진을 다시 시작하거나, 엔진을 root로 실행하세요.
       *[other] 보조 ID(subordinate id) { $needed }개가 필요한데 { $file }에는 이 사용자의 것이 { $have }개뿐입니다. `{ $grant }` 명령으로 나머지를 주고, 엔진을 다시 시작한 뒤 다시 해 보세요. 엔진을 root로 실행해도 됩니다.
    }
problem-owners-squashed = 이 엔진에 보조 ID(subordinate id)가 없어서 { $path }({ $kind ->
        [group] 그룹
        [id] ID
       *[user] 사용자
    } { $id }번) 등의 파일을 root 소유로 만들었습니다. { $grant ->
        [none] 이 호스트에서는 보조 ID 범위를 그 번호까지 줄 수 없습니다.
        [restart] { $file }에는 ID가 충분하지만 이 엔진은 그 전에 시작되었습니다. 엔진을 다시 시작하고, 이미지를 지운 뒤 다시 받으세요. 그래도 같으면 `dockwalk doctor`로 원인을 확인하세요.
        [unknown] { $file }에서 이 사용자의 보조 ID(subordinate id)를 늘리고 엔진을 다시 시작하거나, 엔진을 root로 실행하세요.
       *[other] 이미지의 소유자를 그대로 두려면 { $file }에 보조 ID { $needed }개가 필요합니다: `{ $grant }`. 그런 다음 엔진을 다시 시작하고, 이미지를 지운 뒤 다시 받으세요.
    }
problem-device-skipped = { $path }: 장치 파일(device node)이라 root 권한 없이는 만들 수 없어 건너뛰었습니다.
problem-attribute-skipped = { $path }의 확장 속성(extended attribute) { $name }: 이 파일 시스템이나 사용자 권한으로 저장할 수 없어 건너뛰었습니다.
problem-store-unreadable = { $path }: 읽을 수 없습니다. { $reason }. 다른 버전의 dockwalk가 쓴 파일일 수 있습니다. 이 파일을 다른 곳으로 옮기면 빈 이미지 목록으로 시작합니다.
problem-image-in-use = 이미지(image) { $image }: 컨테이너(container) { $container }에서 사용 중입니다. 컨테이너를 먼저 삭제하거나 `--force`로 태그(tag)만 지우세요.
problem-image-in-use-running = 이미지(image) { $image }: 실행 중인 컨테이너(container) { $container }에서 사용하고 있어 `--force`로도 지울 수 없습니다. `docker rm -f { $container }` 명령으로 컨테이너를 먼저 삭제하세요.
problem-image-in-use-stopped = 이미지(image) { $image }: 멈춘 컨테이너(container) { $container }에서 사용하고 있습니다. 컨테이너를 먼저 삭제하거나 `--force`로 이미지를 지우세요.
problem-image-many-repositories = 이미지(image) { $image }: 태그(tag)가 여러 개 붙어 있습니다({ $tags }). 하나씩 지우거나 `--force`로 모두 지우세요.
problem-busybox-missing = 내장 이미지를 만들려면 정적으로 링크된 busybox가 필요합니다. { $path } 파일은 쓸 수 없습니다({ $reason }). `sudo apt-get install busybox-static`으로 설치하세요.
problem-busybox-lacks = { $path }의 busybox에는 { $applet } 명령이 없습니다. Debian이나 Ubuntu의 패키지를 설치하세요: `sudo apt-get install busybox-static`.
problem-recipe-invalid = 내장 이미지의 레시피(recipe)가 잘못되었습니다({ $recipe }: { $reason }). dockwalk의 결함이니 알려 주세요.
problem-address-taken = 내장 레지스트리(registry)가 { $address }에서 대기할 수 없습니다({ $reason }). 다른 포트를 고르거나, 빈 포트를 쓰려면 0을 지정하세요.
