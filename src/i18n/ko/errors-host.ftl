problem-cancelled = 취소했습니다.
problem-host-refused = { $subject }: { $what } 작업을 호스트가 거절했습니다 ({ $reason }). `dockwalk doctor`로 이 컴퓨터에서 무엇이 가능한지 확인하세요.
problem-disk-full = { $subject }: 디스크에 남은 공간이 없어 { $what } 작업을 끝내지 못했습니다 ({ $reason }). 공간을 비우거나 `--root`로 다른 디스크를 지정한 뒤 다시 실행하세요.
