# ── 레이어 검사기 ──
files-tab = 파일
files-open = 파일 보기
files-page-tree = 파일
files-page-waste = 낭비
files-page-compare = 비교
files-choose = 이미지나 컨테이너 고르기
files-containers = 컨테이너
files-none-known = 아직 이미지가 없습니다.
files-export = JSON으로 내보내기
files-save-image = 이미지 저장…
files-again = 다시 읽기
files-loading-archive = 여는 중: { $name } · { $bytes }
files-saving-archive = 저장하는 중: { $name } · { $bytes }
key-files = 파일 보기 / 그림으로 돌아가기
key-load = 이미지 열기…
ask-load = 열 이미지 아카이브(docker 또는 OCI tar)
ask-save-image = 이미지를 저장할 곳(docker-archive tar)
ask-export-files = 보고 있는 내용을 JSON으로 저장할 곳
notice-files-exported = JSON으로 저장했습니다: { $path }
notice-image-saved = 이미지를 저장했습니다: { $path }
notice-image-loaded = 이미지를 열었습니다: { $names }

# 왼쪽: 레이어
files-up-to = 여기까지
files-only = 이 레이어만
files-layer = 레이어 { $number }
files-writable = 쓰기 레이어
files-writable-text = 컨테이너가 쓰는 곳 (upper)
files-upper = upperdir · 컨테이너와 함께 사라집니다
files-shared = 공유 { $count }
files-shared-with = 같은 레이어를 쓰는 이미지
files-entries = 항목
files-compressed = 압축된 크기

# 가운데: 트리
files-list = 파일 트리
files-search = 파일 찾기
files-search-hint = 이름, 경로/일부, *.so
files-hits = { $count }개
files-kind = 종류로 거르기
files-size = 크기로 거르기
files-size-any = 크기
files-open-all = 모두 펼치기
files-close-all = 모두 접기
files-column-mode = 모드
files-column-owner = 소유자
files-column-size = 크기
files-column-time = 수정 시각 (UTC)
files-column-layer = 레이어
files-column-name = 이름
files-mark-same = 그대로
files-mark-added = 추가됨 (A)
files-mark-changed = 내용이 바뀜 (M)
files-mark-metadata = 메타데이터만 바뀜 (m)
files-mark-opaque = 아래를 모두 가림, opaque (O)
files-mark-deleted = 삭제됨, whiteout (D)
files-mark-no-effect = 지울 것이 없는 whiteout
files-kind-any = 종류
files-kind-file = 파일
files-kind-directory = 디렉터리
files-kind-symlink = 심볼릭 링크
files-kind-hardlink = 하드 링크
files-kind-fifo = 파이프 (FIFO)
files-kind-char = 문자 장치
files-kind-block = 블록 장치
files-kind-special = 장치·파이프
files-kind-whiteout = whiteout
files-kind-opaque = 불투명(opaque) 디렉터리
files-nothing-found = 찾는 조건에 맞는 것이 없습니다.
files-empty-layer = 이 레이어에는 파일이 없습니다.
files-no-difference = 두 트리가 같습니다.
files-nothing-compared = 비교할 이미지나 레이어를 고르세요.
files-busy = 계산하는 중입니다…

# 오른쪽: 고른 경로
files-details = 고른 파일
files-details-nothing = 트리에서 파일을 고르면, 어느 레이어가 그 파일을 내주고 아래에 무엇이 가려져 있는지 보여 줍니다.
files-copy-path = 경로 복사
files-served-by = { $layer }에서 옵니다
files-served-by-none = 지금은 보이지 않는 경로입니다
files-say-serves = 이 버전이 보입니다
files-say-replaced = { $layer }에 가려짐
files-say-merged = { $layer } 아래에 합쳐짐 (merged)
files-say-deleted = { $layer }의 whiteout에 가려짐
files-say-opaque = { $layer }의 opaque { $path }에 가려짐
files-say-no-directory = { $layer }: { $path }, 디렉터리가 아님
files-say-whiteout = whiteout: 이 경로를 지움
files-covers-deleted = whiteout: { $path } 전체를 지움
files-covers-opaque = opaque: { $path }의 아래 내용을 가림
files-covers-no-directory = { $path }: 디렉터리가 아닌 것으로 바꿈
files-say-nothing = 레이어 { $layers }: 이 경로가 없음
files-fact-kind = 종류
files-fact-time = 수정 시각
files-fact-target = 링크 대상
files-fact-device = 장치 번호
files-fact-hardlink = 같은 파일 (하드 링크)
files-implied = tar에는 이 디렉터리의 항목이 없습니다. 안에 든 파일 때문에 기본 권한으로 만들어집니다.
files-before = 이전
files-after = 이후
files-same-here = 이 경로는 양쪽이 같습니다.
files-see-layers = 레이어에서 보기
files-up-to-layer = { $name } · { $layer }까지
files-against-layer = 비교할 레이어

# 내용
files-content-of = 내용 · { $layer }
files-face-text = 텍스트
files-face-hex = 16진수
files-face-picture = 그림
files-large = 크게 보기
files-small = 작게 보기
files-reading = 읽는 중입니다…
files-content-empty = 빈 파일입니다 (0 B).
files-picture-too-large = 그림이 16 MB보다 커서 미리 보지 않습니다. 바이트로 보여 줍니다.
files-picture-broken = PNG로 시작하지만 그림으로 읽을 수 없습니다: { $reason }
files-part-first = 처음
files-part-before = 앞부분
files-part-after = 뒷부분
files-part-last = 끝

# 낭비
files-waste-none = 낭비된 바이트가 없습니다. 모든 바이트가 보입니다.
files-waste-sum = 낭비 { $sum } ({ $percent }), 전체 { $of }, 경로 { $count }개
files-waste-rest = 전체 { $of } 가운데, 경로 { $count }개에서 보이지 않는 바이트
files-waste-overwritten = 덮어씀
files-waste-deleted = 지워짐
files-waste-metadata = 메타데이터만 바꿈
files-waste-tip-overwritten = 위 레이어가 같은 경로에 다른 내용을 담아, 아래 바이트는 자리만 차지합니다.
files-waste-tip-deleted = 위 레이어가 지웠지만 바이트는 아래 레이어에 그대로 남아 있습니다.
files-waste-tip-metadata = 내용은 그대로인데 모드나 소유자를 바꾸느라 파일 전체가 한 번 더 들어갔습니다.

# 비어 있을 때
files-opening = { $name }: 레이어를 읽는 중
files-opening-layers = 레이어 { $now } / { $of }
files-failed = 레이어를 읽지 못했습니다
files-recorded = 녹화에는 파일이 들어 있지 않습니다
files-recorded-text = 레이어 안의 파일은 엔진에 연결해서 봅니다.
files-no-images = 아직 이미지가 없습니다
files-no-images-text = 이미지를 받거나 아카이브를 열면 여기에서 레이어와 파일을 볼 수 있습니다.
files-pull = 이미지 받기
files-nothing = 무엇을 볼까요?
files-nothing-text = 이미지나 컨테이너를 고르세요.

problem-files-no-engine = 연결된 엔진이 없어서 파일을 읽을 수 없습니다. 시작 화면에서 엔진에 연결한 뒤 다시 여세요.
problem-files-unwritable = 파일을 쓰지 못했습니다({ $path }): { $reason }. 쓸 수 있는 다른 폴더를 고르거나 자리를 비운 뒤 다시 저장하세요.
problem-files-unreadable = 아카이브를 읽지 못했습니다({ $path }): { $reason }. 파일이 있고 읽을 수 있는지 확인한 뒤 다시 여세요.
