# 무엇이 디스크를 얼마나 차지하는지, prune이 무엇을 지울지

## 그림 위에서 고르기
disk-bar-disk = 디스크
disk-bar-disk-why = 이미지, 컨테이너, 볼륨이 디스크를 얼마나 차지하는지, prune이 무엇을 지울지 봅니다
disk-bar-measure = 디스크 재기
disk-bar-measuring = 재는 중
disk-bar-measure-why = 엔진이 쓰기 레이어와 볼륨의 바이트를 지금 세어 봅니다. 손으로 하려면: docker system df -v
disk-bar-prune = prune으로 사라질 것:
disk-bar-prune-why = docker { $command }를 하면 사라질 것에 빗금을 긋습니다. 아무것도 지우지 않습니다. 다시 누르면 빗금이 없어집니다.

## 그림
scene-disk-empty = 디스크를 아직 재지 않았습니다
scene-disk-empty-hint = 터미널에서 docker system df -v를 실행하면 엔진이 쓰기 레이어와 볼륨을 하나하나 세고, 그 값이 여기에 나옵니다.
scene-disk-total = 모두 { $size }
scene-disk-choose = 위에서 prune을 하나 고르면 무엇이 사라질지 미리 보입니다
scene-disk-prune = docker { $command }: { $size } 비움
scene-disk-prune-nothing = docker { $command }: 지울 것이 없음
scene-disk-gone-containers = 컨테이너 { $n }개
scene-disk-gone-volumes = 볼륨 { $n }개
scene-disk-gone-images = 이미지 { $n }개
scene-disk-beside = 압축된 레이어 { $size }도 사라짐(Docker는 세지 않음)
scene-disk-stale = 잰 뒤에 { $n }번 바뀌었습니다. 지금 값이 아닐 수 있으니 다시 재세요: docker system df -v
scene-disk-filtered = --filter에 맞지 않는 것은 남으므로 이보다 덜 사라질 수 있습니다
scene-disk-uncounted = 사라질 것 가운데 { $n }개는 아직 세지 않아 더하지 않았습니다
scene-disk-disk = 디스크 전체
scene-disk-free = 빈 곳 { $free } / { $all }
scene-disk-disk-said = 디스크 전체 { $all }: 쓰는 곳 { $taken }, 빈 곳 { $free }
scene-disk-images = 이미지
scene-disk-containers = 컨테이너
scene-disk-volumes = 볼륨
scene-disk-caches = 캐시
scene-disk-untagged = 태그 없음
scene-disk-own = 혼자 쓰는 레이어 { $size }
scene-disk-users = 컨테이너 { $n }개
scene-disk-held = 컨테이너가 붙들고 있는 레이어
scene-disk-packed = 압축된 레이어
scene-disk-documents = 매니페스트와 설정
scene-disk-left = 어느 이미지의 것도 아님
scene-disk-build = 빌드 캐시 없음
scene-disk-used = 쓰는 컨테이너 { $names }
scene-disk-unused = 쓰는 컨테이너 없음
scene-disk-anonymous = 익명
scene-disk-uncounted-yet = 아직 세지 않음
scene-disk-more = 그 밖에 { $n }개
scene-disk-more-gone = 그 가운데 { $n }개 사라짐
scene-disk-goes = 사라짐
scene-disk-legend-shared = 여러 이미지가 함께 쓰는 레이어
scene-disk-legend-goes = 사라질 것
scene-disk-spoken = 디스크를 차지하는 것. { $sums }. 모두 { $total }.

## 자세히
kind-disk = 디스크
fact-disk-size = 디스크 크기
fact-disk-free = 빈 곳
fact-disk-blobs = blob 전체
fact-disk-unneeded = 어느 이미지의 것도 아닌 바이트
fact-disk-held = 컨테이너만 쓰는 레이어
fact-counted = 센 바이트
