# ── the window cannot open ──
problem-no-display = There is no display to open the window on: neither WAYLAND_DISPLAY nor DISPLAY is set. Run it in a desktop session, or without a display use `dockwalk docker …` and `dockwalk lesson run --headless`.
problem-no-window = The window cannot be opened: { $reason }. On a machine without OpenGL, run it again with LIBGL_ALWAYS_SOFTWARE=1.
problem-recording-unreadable = The recording { $path } cannot be read: { $reason }. Check that it is an .ndjson file saved by dockwalk.
problem-recording-unwritable = The recording cannot be saved to { $path }: { $reason }. Choose another folder that can be written.
