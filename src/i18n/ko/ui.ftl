# ── 창을 열 수 없을 때 ──
problem-no-display = 창을 열 화면이 없습니다. WAYLAND_DISPLAY와 DISPLAY가 모두 비어 있습니다. 데스크톱 세션에서 실행하거나, 화면 없이 `dockwalk docker …`, `dockwalk lesson run --headless`를 쓰세요.
problem-no-window = 창을 열지 못했습니다: { $reason }. OpenGL이 없는 기계라면 LIBGL_ALWAYS_SOFTWARE=1을 붙여 다시 실행해 보세요.
problem-recording-unreadable = 녹화 파일을 읽지 못했습니다({ $path }): { $reason }. dockwalk가 저장한 .ndjson 파일인지 확인하세요.
problem-recording-unwritable = 녹화를 저장하지 못했습니다({ $path }): { $reason }. 쓸 수 있는 다른 폴더를 고르세요.
