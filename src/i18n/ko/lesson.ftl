## 답과 용어
answer-yes = 예
answer-no = 아니요
answer-none = 아무것도 없음
term-index = 인덱스(index)
term-manifest = 매니페스트(manifest)
term-config = 설정(config)
term-layer = 레이어(layer)
term-first = 맨 앞에 적힌 것
term-last = 맨 뒤에 적힌 것
term-upper = 컨테이너의 쓰기 레이어(upper)
term-volume = 볼륨(volume)
term-bind = 바인드한 호스트 디렉터리(bind mount)
term-tmpfs = 메모리(tmpfs)

verdict-confirmed = 맞습니다
verdict-refined = 다듬기
verdict-corrected = 고치기
verdict-measured = 재 보기

## 수업 파일의 문제
problem-lesson-toml = { $file } { $line }번째 줄을 읽을 수 없습니다: { $reason }. 그 줄을 고친 뒤 `dockwalk lesson check`를 다시 실행하세요.
problem-lesson-no-title = { $file }에 제목이 없습니다. 첫 줄을 `# 제목`으로 시작하세요.
problem-lesson-heading = { $file } { $line }번째 줄의 `{ $name }`: 이 자리에 올 수 없는 제목입니다. `## 단계: 제목`을 쓰거나, 그 아래에 `### question|answer|goal|claim 이름`을 쓰세요.
problem-lesson-empty = { $file } { $line }번째 줄의 `{ $name }` 아래가 비어 있습니다. 본문을 쓰거나 제목을 지우세요.
problem-lesson-twice = { $file } { $line }번째 줄의 `{ $name }`: 같은 제목이 두 번 나옵니다. 하나로 합치세요.
problem-lesson-claim-form = { $file } { $line }번째 줄의 `{ $name }`: 노트의 주장은 `>`로 시작하는 줄에 쓰고, 그 아래에 컴퓨터가 보여 주는 것을 쓰세요.
problem-lesson-missing = { $file }에 `{ $name }` 부분이 없습니다. lesson.toml에 있으므로 글도 필요합니다. 추가하세요.
problem-lesson-orphan = { $file } { $line }번째 줄 단계의 `{ $name }`: lesson.toml에 없어서 아무도 보지 못하는 글입니다. 지우거나 lesson.toml에 추가하세요.
problem-lesson-folder = { $file }: 폴더 이름이 id, slug와 다릅니다. 폴더를 `{ $name }` 이름으로 바꾸거나 파일을 고치세요.
problem-lesson-no-steps = { $file }: 단계가 하나도 없습니다. `[[step]]`을 추가하세요.
problem-lesson-step-twice = { $file }, 단계 { $step }: 같은 id `{ $name }` 단계가 두 번 나옵니다. 단계마다 다른 id를 쓰세요.
problem-lesson-command = { $file }, 단계 { $step }: `{ $name }` 명령을 해석할 수 없습니다: { $reason }. docker 문법에 맞게 고치세요.
problem-lesson-terminal = { $file }, 단계 { $step }: `terminal`과 `type`은 함께 써야 합니다. 빠진 쪽을 추가하세요.
problem-lesson-claim-unknown = { $file }, 단계 { $step }: 노트에 `{ $name }` 주장은 없습니다. src/lesson/claims.rs에 있는 id를 쓰세요.
problem-lesson-question-form = { $file }, 단계 { $step }: `{ $name }` 질문의 query는 보기를 만들 수 없습니다. 보기를 만드는 query로 바꾸거나 목표(goal)의 show로 옮기세요.
problem-lesson-goal-earlier = { $file }, 단계 { $step }: `{ $name }` 목표가 앞에 없어 그 값을 쓸 수 없습니다. 앞선 목표의 id를 쓰세요.
problem-lesson-recording = { $lesson }: 녹화 파일 `{ $name }` 읽기에 실패했습니다: { $reason }. `dockwalk lesson run { $lesson } --headless --record`로 다시 녹화하세요.
problem-lesson-goal-missed = { $lesson }, 단계 { $step }: 녹화가 목표 `{ $name }`에 이르지 못합니다. 목표를 고치거나 다시 녹화하세요.
problem-lesson-question-no-choices = { $lesson }, 단계 { $step }: `{ $name }` 질문을 던지는 자리에서 보기를 만들 수 없습니다. 더 뒤의 단계로 옮기세요.
problem-lesson-question-late = { $lesson }, 단계 { $step }: `{ $name }` 질문을 던질 때 이미 답이 나와 있습니다. 더 앞의 단계로 옮기세요.
problem-lesson-question-unanswered = { $lesson }, 단계 { $step }: `{ $name }` 질문의 답이 끝까지 나오지 않습니다. query를 고치거나 다시 녹화하세요.
problem-lesson-question-outside = { $lesson }, 단계 { $step }: `{ $name }` 질문의 답이 보기 가운데 없습니다. query의 보기를 고치세요.
problem-lesson-unknown = `{ $name }` 수업은 없습니다. `dockwalk lesson list`로 이름을 확인하세요.
problem-lesson-unreadable = { $file } 파일을 읽을 수 없습니다: { $reason }. `--lessons`가 lesson.toml, ko.md, en.md가 든 폴더들의 위치인지 확인하세요.
