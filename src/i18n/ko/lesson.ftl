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
term-upper = 쓰기 레이어(upper)
term-volume = 볼륨(volume)
term-bind = 바인드 마운트(호스트 디렉터리)
term-tmpfs = 메모리(tmpfs)
term-no-difference = 가릴 수 없음(잰 값이 겹침)
term-unlimited = 제한 없음
term-no-uplink = 업링크 없음

verdict-confirmed = 확인됨
verdict-refined = 다듬음
verdict-corrected = 바로잡음
verdict-measured = 직접 재 봄
verdict-answered = 답변

## 레슨 파일의 문제
problem-lesson-toml = { $file } { $line }번째 줄을 읽을 수 없습니다: { $reason }. 그 줄을 고친 뒤 `dockwalk lesson check`를 다시 실행하세요.
problem-lesson-no-title = { $file }에 제목이 없습니다. 첫 줄을 `# 제목`으로 시작하세요.
problem-lesson-heading = { $file } { $line }번째 줄의 `{ $name }`: 이 자리에 올 수 없는 제목입니다. `## 단계: 제목`을 쓰거나, 그 아래에 `### before`, `### question 이름: 짧은 제목`, `### answer|goal|reached 이름`, `### claim 번호: 짧은 제목`을 쓰세요.
problem-lesson-empty = { $file } { $line }번째 줄의 `{ $name }` 아래가 비어 있습니다. 본문을 쓰거나 제목을 지우세요.
problem-lesson-twice = { $file } { $line }번째 줄의 `{ $name }`: 같은 제목이 두 번 나옵니다. 하나로 합치세요.
problem-lesson-claim-form = { $file } { $line }번째 줄의 `{ $name }`: 스터디 노트의 주장은 `>`로 시작하는 줄에 쓰고, 그 아래에 컴퓨터가 보여 주는 것을 쓰세요.
problem-lesson-missing = { $file }에 `{ $name }` 부분이 없습니다. lesson.toml에 있으므로 글도 필요합니다. 추가하세요.
problem-lesson-orphan = { $file } { $line }번째 줄 단계의 `{ $name }`: lesson.toml에 없어서 아무도 보지 못하는 글입니다. 지우거나 lesson.toml에 추가하세요.
problem-lesson-folder = { $file }: 폴더 이름이 id, slug와 다릅니다. 폴더를 `{ $name }` 이름으로 바꾸거나 파일을 고치세요.
problem-lesson-no-steps = { $file }: 단계가 하나도 없습니다. `[[step]]`을 추가하세요.
problem-lesson-step-twice = { $file }, 단계 { $step }: 같은 id `{ $name }` 단계가 두 번 나옵니다. 단계마다 다른 id를 쓰세요.
problem-lesson-command = { $file }, 단계 { $step }: `{ $name }` 명령을 해석할 수 없습니다: { $reason }. docker 문법에 맞게 고치세요.
problem-lesson-not-refused = { $file }, 단계 { $step }: `refused = true`라고 적혀 있지만 `{ $name }`: 명령줄이 거절하는 명령이 아니거나, 목표나 `stop_at`이 있습니다. `refused`를 지우거나, 문법에 맞지 않는 `run`만 남기세요.
problem-lesson-terminal = { $file }, 단계 { $step }: `terminal`과 `type`은 함께 써야 합니다. 빠진 쪽을 추가하세요.
problem-lesson-claim-unknown = { $file }, 단계 { $step }: 스터디 노트에 `{ $name }` 주장은 없습니다. src/lesson/claims.rs에 있는 번호를 쓰세요.
problem-lesson-question-form = { $file }, 단계 { $step }: `{ $name }` 질문의 query는 보기를 만들 수 없습니다. 보기를 만드는 query로 바꾸거나 목표(goal)의 show로 옮기세요.
problem-lesson-goal-earlier = { $file }, 단계 { $step }: `{ $name }` 목표가 앞에 없어 그 값을 쓸 수 없습니다. 앞선 목표의 id를 쓰세요.
problem-lesson-hides-nothing = { $file }, 단계 { $step }: `{ $name }` 질문에 `hides`가 없습니다. 답을 미리 알려 주게 될 말을 두 언어로 적으세요: hides = {"{"} ko = ["…"], en = ["…"] {"}"}.
problem-lesson-veils-nothing = { $file }, 단계 { $step }: `{ $name }` 질문에 `veils = "from-start"`라고 적혀 있지만, 이 질문의 답을 말하는 프로그램의 문구가 없어서 가릴 것이 없습니다. `veils`를 지우거나, src/lesson/query/said.rs에 그 문구를 적으세요.
problem-lesson-recording = { $lesson }: 녹화 파일 `{ $name }` 읽기에 실패했습니다: { $reason }. `dockwalk lesson run { $lesson } --headless --record`로 다시 녹화하세요.
problem-lesson-goal-missed = { $lesson }, 단계 { $step }: 녹화가 목표 `{ $name }`에 이르지 못합니다. 목표를 고치거나 다시 녹화하세요.
problem-lesson-question-no-choices = { $lesson }, 단계 { $step }: `{ $name }` 질문을 묻는 시점에는 보기를 만들 수 없습니다. 더 뒤의 단계로 옮기세요.
problem-lesson-question-late = { $lesson }, 단계 { $step }: `{ $name }` 질문을 물을 때 이미 답이 나와 있습니다. 더 앞의 단계로 옮기세요.
problem-lesson-question-unanswered = { $lesson }, 단계 { $step }: `{ $name }` 질문의 답이 끝까지 나오지 않습니다. query를 고치거나 다시 녹화하세요.
problem-lesson-question-outside = { $lesson }, 단계 { $step }: `{ $name }` 질문의 답이 보기 가운데 없습니다. query의 보기를 고치세요.
problem-lesson-given-away = { $lesson }, 단계 { $step }: 아직 답하기 전인데 `{ $name }` 질문의 답을 알려 주는 말 “{ $words }”이 보입니다: { $text } 그 글을 고치거나, 답이 나온 뒤의 쪽으로 옮기세요.
problem-lesson-unknown = 이름이 `{ $name }`인 레슨을 찾을 수 없습니다. `dockwalk lesson list`로 이름을 확인하세요.
problem-lesson-unreadable = { $file } 파일을 읽을 수 없습니다: { $reason }. `--lessons`가 lesson.toml, ko.md, en.md가 든 폴더들의 위치인지 확인하세요.
problem-lesson-output = 결과를 출력하지 못했습니다: { $reason }.

## dockwalk lesson …
lesson-list-line = { $name }  { $title } ({ $count }단계)
lesson-check-good = ✔ { $name }: 문제가 없습니다.
lesson-check-bad = ✘ { $name }: 문제가 { $count }개 있습니다.
lesson-run-title = { $name } · { $title }
lesson-run-step = [{ $number }/{ $of }] { $title }
lesson-run-command = { "    " }$ { $command }
lesson-run-question = { "    " }? { $ask }
lesson-run-answer = { "      " }답: { $answer }
lesson-run-no-answer = { "      " }✘ 답이 나오지 않았습니다.
lesson-run-outside = { "      " }✘ 답 { $answer } 값이 보기 가운데 없습니다: { $choices }
lesson-run-goal = { "    " }✔ { $goal }
lesson-run-goal-value = { "    " }✔ { $goal } → { $value }
lesson-run-goal-missed = { "    " }✘ { $goal }
lesson-run-sum = 목표 { $reached }/{ $goals }, 질문 { $answered }/{ $questions }
lesson-run-recorded = 녹화했습니다: { $file } (이벤트 { $events }개)
problem-lesson-command-failed = 단계 { $step }: `{ $command }` 명령이 종료 상태 { $status }번으로 끝났습니다. 출력: { $output } 위의 메시지가 말하는 원인을 고친 뒤 다시 실행하세요.
problem-lesson-command-stuck = 단계 { $step }: `{ $command }` 명령이 { $seconds }초가 지나도 끝나지 않았습니다. 출력: { $output } `dockwalk doctor`로 이 컴퓨터에서 무엇이 가능한지 확인하세요.
problem-lesson-goal-timeout = 단계 { $step }: `{ $name }` 목표에 { $seconds }초 안에 이르지 못했습니다. 위의 출력과 `dockwalk doctor`를 확인하세요.
problem-lesson-no-stop = 단계 { $step }: { $seconds }초가 지나도 `{ $name }` 단계에 멈추지 않았습니다. 위의 출력을 확인하고, lesson.toml의 stop_at이 맞는지 보세요.
problem-lesson-terminal-failed = { $command }: 터미널을 열지 못했습니다 ({ $reason }). /dev/pts가 마운트되어 있는지 확인하세요.
problem-lesson-engine-lost = 레슨 도중에 엔진과 연결이 끊어졌습니다. 엔진의 로그(engine.log)를 확인한 뒤 다시 실행하세요.
problem-lesson-trace = 엔진이 보낸 이벤트를 이어 붙일 수 없습니다: { $reason }. 엔진과 같은 버전의 dockwalk로 실행하세요.
problem-lesson-busy = { $lesson } 레슨은 다른 창이나 다른 `dockwalk lesson run`에서 진행 중입니다 ({ $socket }). 그쪽을 끝낸 뒤 다시 여세요. 녹화로 보는 것은 지금도 할 수 있습니다.
problem-lesson-bind = 바인드할 { $path } 디렉터리를 만들 수 없습니다: { $reason }. `--root`로 쓸 수 있는 디렉터리를 지정하세요.
problem-lesson-record = 녹화 파일 { $file } 쓰기에 실패했습니다: { $reason }.
problem-lesson-record-used = 이 엔진은 이미 다른 일을 했습니다 (이벤트 { $events }개). 녹화에는 새 엔진이 필요합니다. 비어 있는 디렉터리를 `--root`로 지정해 다시 실행하세요.
problem-lesson-record-leak = 녹화에 이 컴퓨터의 정보({ $what })가 들어 있어 저장하지 않았습니다. `unshare --uts` 안에서 호스트 이름을 `dockwalk`로 바꾸고 `--root /tmp/dockwalk-lab`처럼 누구의 것도 아닌 디렉터리를 지정해 다시 녹화하세요.
problem-lesson-run-window = 창 없이 실행하려면 `dockwalk lesson run { $lesson } --headless`, 창에서 보려면 `dockwalk --lesson { $lesson }` 명령을 쓰세요.
