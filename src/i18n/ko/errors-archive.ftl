problem-archive-damaged = 아카이브(archive)를 읽을 수 없습니다: { $reason }. 중간에 잘렸거나 이미지를 담은 tar가 아닙니다. 아무것도 불러오지 않았습니다. 아카이브를 다시 만들어 불러오세요.
problem-archive-hostile = 아카이브(archive)의 항목 { $name }: 정상적인 도구는 쓰지 않는 항목입니다({ $reason }). 아무것도 불러오지 않았습니다. 이 파일을 쓰지 말고, 준 사람에게 출처를 확인하세요.
problem-archive-missing = 아카이브(archive)에 { $name } 파일이 없습니다. { $by }에 적혀 있는 파일입니다. 그 이미지는 전혀 불러오지 않았습니다. 아카이브가 잘못 만들어졌거나 잘렸으니 다시 만드세요.
problem-archive-name-outside = 아카이브(archive)의 { $by }에 적힌 { $name }: 정상적인 도구는 쓰지 않는 이름입니다({ $reason }). 그 이미지는 전혀 불러오지 않았습니다. 이 파일을 쓰지 말고, 준 사람에게 출처를 확인하세요.
problem-archive-duplicate = 아카이브(archive)에 { $name } 항목이 내용이 다른 채로 두 번 이상 들어 있습니다. 도구마다 다른 것을 고를 수 있으므로 아무것도 불러오지 않았습니다.
problem-archive-document-large = 아카이브(archive)의 { $name }: { $size }바이트입니다. 이미지 문서는 { $limit }바이트를 넘을 수 없습니다. 아무것도 불러오지 않았습니다.
problem-archive-document = 아카이브(archive)의 { $name }: 읽을 수 없습니다. { $reason }. 그 이미지는 전혀 불러오지 않았습니다. 최신 도구로 아카이브를 다시 만드세요.
problem-archive-field = 아카이브(archive)의 { $name }: 읽을 수 없습니다. { $found ->
    [missing] { $field } 필드가 없습니다.
    [twice] { $field } 필드가 두 번 이상 있습니다.
   *[other] { $field } 필드는 { $wanted } 값이어야 하는데 { $found } 값이 들어 있습니다.
} 그 이미지는 전혀 불러오지 않았습니다. 아카이브를 만든 곳에서 고쳐야 합니다.
problem-archive-digest = 아카이브(archive)의 { $name }: 다이제스트(digest)가 목록과 다릅니다. 목록에는 { $expected }, 실제로 계산한 값은 { $computed }입니다. 그 이미지는 전혀 불러오지 않았습니다. 아카이브가 손상되었거나 누군가 바꾸었습니다.
problem-archive-size = 아카이브(archive)의 { $name }: 크기가 { $size }바이트인데 목록에는 { $expected }바이트로 적혀 있습니다. 그 이미지는 전혀 불러오지 않았습니다. 아카이브가 손상되었거나 누군가 바꾸었습니다.
problem-archive-tag = 이미지(image) { $image }: 불러왔지만, 아카이브(archive)의 { $name }에 적힌 이름을 쓸 수 없습니다. { $reason }. 그 이름과 목록에서 그 뒤에 있는 것은 받아들이지 않았습니다. 직접 이름을 붙이세요: `docker tag { $image } NAME:TAG`.
problem-archive-no-images = 아카이브(archive)에 이미지가 없습니다. index.json(OCI)도 manifest.json(Docker)도 들어 있지 않습니다. 파일을 담은 tar로 이미지를 만들려면 `docker import`를 쓰세요.
problem-archive-too-old = 아카이브(archive)가 1.10 이전의 Docker 형식이라 다이제스트(digest)가 없습니다. 그때의 Docker나 `skopeo copy`로 읽어서 다시 저장하세요.
problem-archive-compression = 아카이브(archive)의 압축 방식 { $kind }: dockwalk도 Docker도 풀지 못합니다(gzip, zstd, xz, bzip2만 풉니다). 아무것도 저장하지 않았습니다. 먼저 압축을 푸세요: `{ $command }`.
problem-archive-format = tar가 아닙니다. 알아본 형식은 { $kind }입니다. 아무것도 저장하지 않았습니다. 그대로 두거나 gzip, zstd, xz, bzip2로 압축한 tar가 필요합니다. `docker load`에는 `docker save`로 만든 파일을, `docker import`에는 `tar -c`로 파일을 묶은 것을 주세요.
problem-archive-list-empty = 아카이브(archive)의 { $name }: 이미지가 하나도 적혀 있지 않아서 불러올 것이 없습니다. `docker save 이름`처럼 이미지를 적어 아카이브를 다시 만드세요.
problem-archive-attestations = 아카이브(archive)의 { $name }: 이미지가 하나도 없습니다. 적힌 { $count }개는 모두 이미지를 어떻게 만들었는지 증명하는 문서(attestation)입니다. 아무것도 불러오지 않았습니다. 이미지 자체를 저장하거나 `--provenance=false --sbom=false`로 빌드하세요.
problem-archive-many-files = 아카이브(archive)의 항목이 { $limit }개를 넘습니다. 이미지 아카이브는 이렇게 크지 않습니다. 아무것도 불러오지 않았습니다.
problem-archive-platform = 아카이브(archive)의 이미지 { $image }: { $available }용이고 { $wanted }용이 아닙니다. 그 종류의 컴퓨터에서 다시 저장하거나 `--platform`을 붙여 저장하세요.
problem-change-invalid = 명령어(instruction) `{ $change }`: 이미지에 적용할 수 없습니다. { $reason }. CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME, WORKDIR만 Dockerfile에 쓰듯이 적을 수 있습니다.
problem-image-has-children = 이미지(image) { $image }: 이 이미지로 만든(commit) 이미지 { $child }의 부모입니다. 그 이미지를 먼저 지우세요.
problem-tag-with-digest = { $reference }: 다이제스트(digest)가 들어 있습니다. 새 태그(tag)에는 사람이 고른 이름(NAME[:TAG])이 필요합니다.
problem-filter-value = 필터(filter) { $filter }: 값 { $value }의 뜻을 알 수 없습니다.
problem-nothing-to-save = 저장할 이미지를 지정하지 않았습니다. 이름을 적으세요: `docker save 이미지`.
problem-store-blob-missing = 이 이미지의 블롭(blob) { $digest }: 저장소에 없습니다. `dockwalk image fsck`로 확인하고 이미지를 다시 받으세요(pull).
problem-store-blob-damaged = 저장소의 블롭(blob) { $digest }: 내용이 바뀌었습니다. 지금의 sha256은 { $computed }입니다. 디스크가 손상되었거나 누군가 바꾸었습니다. `dockwalk image fsck --repair`로 고치고 이미지를 다시 받으세요(pull).
problem-file-unreadable = 파일 { $file }: 읽을 수 없습니다. { $reason }. 경로와 읽기 권한을 확인하세요.
problem-file-unwritable = 파일 { $file }: 쓸 수 없습니다. { $reason }. 경로와 쓰기 권한, 디스크의 남은 공간을 확인하세요. 쓰다 만 파일은 남기지 않습니다.
problem-save-to-terminal = 아카이브(archive)를 터미널에 쓸 수는 없습니다. `-o 파일`로 파일을 지정하거나 출력을 보내세요: `docker save 이미지 > 파일`.
problem-load-from-terminal = 불러올 것이 없습니다. 표준 입력이 터미널입니다. `-i 파일`로 파일을 지정하거나 입력으로 보내세요: `docker load < 파일`.
problem-commit-not-paused = 커밋하는 동안 { $container } 컨테이너가 계속 실행되었습니다. 이 사용자는 컨테이너를 일시 정지할 컨트롤 그룹(cgroup)을 만들 수 없기 때문입니다. 그사이에 쓴 것은 일부만 이미지에 들어갔을 수 있으니, 빠지면 안 되는 것이라면 컨테이너를 먼저 멈추세요.
problem-commit-whiteout-name = { $path }: 이름이 `.wh.`로 시작합니다. 레이어에서는 이런 이름이 다른 파일을 지우라는 뜻이 됩니다. 컨테이너 안에서 이름을 바꾼 뒤 다시 하세요.
problem-commit-redirect = { $path }: 커널이 복사하지 않고 이름을 바꿨다는 기록(overlay { $name })만 남겨서, 쓰기 레이어만으로는 내용을 알 수 없습니다. 이 기능을 끄고(`echo N > /sys/module/overlay/parameters/redirect_dir`, `metacopy`도 같이) 컨테이너를 다시 만드세요.
problem-socket-skipped = { $path }: 소켓(socket)은 듣고 있는 프로세스 없이는 의미가 없어 건너뛰었습니다.
problem-store-blob-orphan = 블롭(blob) { $digest }: 어떤 이미지에도 속하지 않습니다. { $size }바이트의 공간만 차지합니다.
problem-store-layer-damaged = 레이어(layer) { $layer }의 디렉터리가 tar의 내용과 다릅니다. { $reason }: 없거나 다릅니다. 저장소를 고친 뒤 이미지를 다시 받으세요(pull).
problem-store-layer-orphan = 레이어(layer) { $layer }의 디렉터리: 어떤 이미지에도 속하지 않고 공간만 차지합니다.
problem-store-image-blob = 이미지(image) { $image }: 블롭(blob) { $digest }가 저장소에 없습니다. 이미지를 다시 받으세요(pull).
problem-store-image-layer = 이미지(image) { $image }: 레이어(layer) { $layer }의 디렉터리가 없습니다. 이미지를 다시 받으세요(pull).
problem-store-tag-lost = 태그(tag) { $reference }: 여기에 없는 이미지 { $image }에 붙어 있습니다. 다시 받으세요(pull).
problem-store-stray = { $path }: dockwalk가 만든 것이 아니며 공간만 차지합니다.
