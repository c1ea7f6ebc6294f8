# ── 명령줄 ──
problem-argument-missing = { $argument } 값이 없습니다. 값을 넣고 다시 실행하세요. 사용법은 뒤에 --help를 붙이면 나옵니다.
problem-argument-too-many = { $argument }: 이 명령이 받지 않는 값입니다. 지우고 다시 실행하세요. 띄어쓰기가 든 값은 따옴표로 묶습니다.
problem-command-missing = 명령이 빠져 있습니다. { $allowed } 가운데 하나를 쓰세요.
problem-command-mistyped = { $command }: 그런 명령은 없습니다. 혹시 { $suggestion }?
problem-command-not-docker = { $command }: docker 명령이 아닙니다. 여기에는 docker 명령을 씁니다(docker는 빼도 됩니다). 실습 호스트에서 실행하려면 host { $command }처럼 앞에 host를 붙이세요.
problem-command-unknown = { $command }: 그런 명령은 없습니다. --help로 명령 목록을 볼 수 있습니다.
problem-flag-mistyped = { $argument }: 이 명령에 그런 옵션은 없습니다. 혹시 { $suggestion }?
problem-flag-twice = { $argument }: 한 번만 쓸 수 있는 옵션입니다. 하나를 지우세요.
problem-flag-unknown = { $argument }: 이 명령에 그런 옵션은 없습니다. 뒤에 --help를 붙이면 쓸 수 있는 옵션이 나옵니다.
problem-flag-value-invalid = { $argument }: ‘{ $value }’ 값은 쓸 수 없습니다. 값을 고치고 다시 실행하세요.
problem-flag-value-other = { $argument }: ‘{ $value }’ 값은 쓸 수 없습니다. { $allowed } 가운데 하나를 쓰세요.
problem-flag-without-value = { $argument }: 옵션 뒤에 값이 필요합니다. 값을 넣고 다시 실행하세요.
problem-flags-together = { $argument }, { $other }: 함께 쓸 수 없는 옵션입니다. 하나를 빼세요.
problem-line-not-understood = 명령을 이해하지 못했습니다({ $reason }). 뒤에 --help를 붙이면 사용법이 나옵니다.
cli-usage = 사용법: { $usage }
