# 클라이언트, 컨테이너, 이미지가 지나치게 많은 것을 요구할 때.
problem-head-timeout = 요청 헤더를 { $seconds }초 동안 기다렸지만 끝까지 오지 않아 엔진이 연결을 닫았습니다. 요청을 처음부터 다시 보내세요.
problem-body-timeout = 요청 본문을 { $seconds }초 동안 기다렸지만 끝까지 오지 않았습니다. 요청을 처음부터 다시 보내세요.
problem-body-too-large = 요청 본문이 { $limit }바이트를 넘습니다. 이런 요청에는 그만큼이 필요하지 않으므로 받지 않습니다. 본문을 줄여서 다시 보내세요.
problem-too-many-connections = 이미 엔진에 연결 { $limit }개가 열려 있어 더 받을 수 없습니다. 쓰지 않는 창과 터미널을 닫고 다시 시도하세요.
problem-trace-reader-slow = 보낸 이벤트를 { $seconds }초 동안 아무도 읽지 않아 엔진이 이 연결을 끝냈습니다. 잃어버린 것은 없으니 마지막으로 받은 이벤트 다음부터 다시 요청하세요.
problem-json-too-deep = 요청의 목록이 { $limit }단계보다 깊게 겹쳐 있습니다. 그렇게 깊은 요청은 필요하지 않으므로 클라이언트를 고치세요.
problem-limit-out-of-range = { $option } = { $value }: 이 컴퓨터에서는 { $least }부터 { $most }까지의 숫자여야 합니다. 다른 값을 주거나 빼세요.
problem-too-many-values = { $what }: 항목이 { $count }개인데 최대 { $limit }개까지만 쓸 수 있습니다. 일부를 빼세요.
problem-value-too-long = { $what }: 길이가 { $length }바이트인데 커널이 받는 한도에 맞춰 여기서는 최대 { $limit }바이트까지만 쓸 수 있습니다. 더 짧게 줄이세요.
problem-value-with-nul = { $what }: 값에 NUL 바이트가 들어 있습니다 ({ $value }). 커널이 그 자리에서 값을 잘라 버리므로 받지 않습니다. NUL 바이트를 빼세요.
problem-value-of-lines = { $what } = “{ $value }”: 파일의 한 줄이 되는 값인데 제어 문자가 들어 있습니다. 제어 문자를 빼세요.
problem-invalid-hostname = “{ $hostname }”: 호스트 이름으로 쓸 수 없습니다. 영문자와 숫자로 시작하고 영문자, 숫자, `-`, `_`, `.`만 쓰며 { $limit }바이트를 넘지 않아야 합니다. `--hostname`으로 다른 이름을 지정하세요.
problem-invalid-variable = 잘못된 환경 변수입니다: { $variable }. `=` 앞에 이름이 있어야 합니다. NAME=value 형식으로 쓰세요.
problem-invalid-user = { $what } = “{ $user }”: 제어 문자가 들어 있어 사용자를 가리킬 수 없습니다. 이름이나 번호를 쓰고, 그룹이 있으면 콜론 뒤에 쓰세요.
problem-working-dir-relative = { $what } = “{ $path }”: 작업 디렉터리는 절대 경로여야 합니다. `/`로 시작하는 경로를 쓰세요.
problem-invalid-dns = “{ $server }”: IP 주소가 아니므로 네임 서버로 쓸 수 없습니다. `--dns`에는 IP 주소를 쓰세요.
problem-invalid-log-option = --log-opt { $option }={ $value }: 쓸 수 없는 값입니다. `max-size`는 10m 같은 크기, `max-file`은 1부터 100까지의 숫자여야 합니다.
problem-trace-not-read = 엔진이 녹화 파일을 읽지 못했습니다: { $reason }. 엔진 디렉터리의 run/trace 안에 있는 파일이 지워졌거나 손상된 것 같습니다. 엔진은 계속 실행되며 앞으로의 일은 녹화합니다. 온전한 녹화가 필요하면 엔진을 다시 시작하세요.
problem-trace-not-written = 디스크에 녹화를 더 쓸 수 없습니다: { $reason }. 최근 것은 메모리에 두고, 메모리도 차면 오래된 것부터 지웁니다. 엔진 디렉터리가 있는 디스크에 공간을 비우세요.
problem-trace-reader-behind = 저장하는 동안 엔진이 가장 오래된 이벤트를 지워서, 이대로는 중간이 빈 파일이 됩니다. 다시 저장하거나 --trace-limit으로 녹화 한도를 늘리세요.
problem-engine-restarted = 녹화를 저장하는 동안 엔진이 다시 시작되었습니다. 다시 저장하세요.
problem-trace-limit = 녹화 한도로 쓸 수 없는 값입니다: { $value }. { $least } 이상의 크기를 숫자 뒤에 k, m, g를 붙여 적으세요: `--trace-limit 512m` 또는 DOCKWALK_TRACE_LIMIT=512m.
