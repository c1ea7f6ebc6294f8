#!/bin/bash
# In a stock Debian, as root, without a network: the package is installed, used, and purged (scripts/vm-check).
# Beside this script: dockwalk.deb, and pool/, an apt repository with what it depends on. Ends with the number of faults.
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
faults=0
export DOCKWALK_LANG=en

# check WHAT CMD…: says whether CMD succeeded, and what it printed when it did not.
check() {
    local what=$1 said status
    shift
    # A shell of its own, because functions are run, too.
    # shellcheck disable=SC2016 # for the shell within
    said=$(timeout 600 bash -c '"$@"' - "$@" 2>&1)
    status=$?
    if [ $status -eq 0 ]; then echo "ok    $what"; else
        faults=$((faults + 1))
        printf 'FAULT %s (status %s): %s\n%s\n' "$what" "$status" "$*" "${said:-(nothing printed)}" | sed '2,$s/^/      /'
    fi
}
# prints WHAT WORDS CMD…: CMD succeeds, and WORDS stand in what it prints.
prints() {
    local what=$1 words=$2
    shift 2
    # shellcheck disable=SC2016 # for the shell within
    check "$what" bash -o pipefail -c 'words=$1; shift; said=$("$@" 2>&1); status=$?; printf "%s\n" "$said"; [ $status -eq 0 ] && grep -qF -e "$words" <<<"$said"' - "$words" "$@"
}
student() { as_student DOCKWALK_LANG=en LC_ALL=C.UTF-8 "$@"; }
export -f student

# Ends all that the user runs of it, as at the end of a day.
end_of_students() {
    for pid in $(pgrep -u student -x dockwalk); do kill "$pid"; done
    sleep 3
}

echo "Debian $(cat /etc/debian_version), kernel $(uname -r), $(stat -fc %T /sys/fs/cgroup)"

# ── installing ──
echo "deb [trusted=yes] file:$PWD/pool ./" >/etc/apt/sources.list
rm -f /etc/apt/sources.list.d/*
apt-get -qq update
check "AppArmor" apt-get -qq install -y --no-install-recommends apparmor
check "apt install" apt-get -qq install -y ./dockwalk.deb
prints "dpkg has it" "install ok installed" dpkg -s dockwalk
check "no file differs from what was packed" dpkg --verify dockwalk
check "no library is missing" bash -c '! ldd /usr/bin/dockwalk | grep "not found"'
for library in libEGL.so.1 libGL.so.1 libX11.so.6 libX11-xcb.so.1 libXcursor.so.1 libXi.so.6 libXrender.so.1 libxcb.so.1 \
    libxkbcommon.so.0 libxkbcommon-x11.so.0 libwayland-client.so.0 libwayland-egl.so.1 libfontconfig.so.1; do
    prints "$library can be opened" "$library" ldconfig -p
done
# Not before: they bring libraries, too.
check "the tools of this check" apt-get -qq install -y --no-install-recommends xvfb man-db bash-completion zsh fish xdotool

# ── what stands around a program ──
prints "version" "dockwalk 0" student dockwalk --version
prints "man dockwalk" "ENVIRONMENT" student env MANPAGER=cat man dockwalk
prints "man of a subcommand" "--rm" student env MANPAGER=cat man dockwalk-docker-run
prints "man in Korean" "레지스트리와 커널이" student env MANPAGER=cat man -L ko dockwalk
prints "completion in bash" "doctor" student bash -c '. /usr/share/bash-completion/bash_completion
    COMP_WORDS=(dockwalk doc) COMP_CWORD=1 COMP_LINE="dockwalk doc" COMP_POINT=12
    _completion_loader dockwalk 2>/dev/null || __load_completion dockwalk || _comp_load dockwalk
    $(complete -p dockwalk | sed -n "s/.* -F \([^ ]*\).*/\1/p") dockwalk doc dockwalk; printf "%s\n" "${COMPREPLY[@]}"'
prints "completion in zsh" "_dockwalk" student zsh -f -c 'autoload -Uz compinit && compinit -u -D && echo $_comps[dockwalk] && autoload +X _dockwalk && echo loaded'
prints "completion in fish" "doctor" student fish -c 'complete -C "dockwalk doc"'
check "desktop entry" grep -q '^Exec=dockwalk$' /usr/share/applications/dockwalk.desktop
check "icon" test -s /usr/share/icons/hicolor/scalable/apps/dockwalk.svg
check "licences of what is part of it" bash -c 'zcat /usr/share/doc/dockwalk/THIRD-PARTY.gz | grep -q "^egui .*: MIT OR Apache-2.0"'

# ── the engine, as an ordinary user ──
echo "── doctor"
student dockwalk doctor
echo "── doctor as root"
dockwalk doctor
echo "──"
prints "lessons are well" "01-pull-and-run" student dockwalk lesson check
prints "lessons of the package are well" "01-pull-and-run" student dockwalk --lessons /usr/share/dockwalk/lessons lesson check
prints "a container says hi" hi student timeout 200 dockwalk docker run --rm lab/busybox:1 echo hi
prints "root in a container is not root here" "uid_map 1000" student timeout 200 dockwalk docker run --rm lab/busybox:1 sh -c 'cat /proc/self/uid_map | while read -r in out n; do echo uid_map $out; done'
prints "images" "lab/busybox" student dockwalk docker images
for lesson in /usr/share/dockwalk/lessons/*/; do
    name=$(basename "$lesson")
    check "lesson $name, played" student dockwalk lesson run "$name" --headless
done

end_of_students
# As doctor says: a group of one's own, in which limits can be set.
student systemd-run --user --scope -p Delegate=yes dockwalk engine >/tmp/engine.log 2>&1 &
sleep 8
prints "with a limit of memory" 67108864 student dockwalk docker run --rm -m 64m lab/busybox:1 cat /sys/fs/cgroup/memory.max
prints "with a limit of processes" 32 student dockwalk docker run --rm --pids-limit 32 lab/busybox:1 cat /sys/fs/cgroup/pids.max
cat /tmp/engine.log
end_of_students

# ── the engine as root ──
prints "root: a container says hi" hi timeout 200 dockwalk docker run --rm lab/busybox:1 echo hi
prints "root: with a limit of memory" 67108864 timeout 200 dockwalk docker run --rm -m 64m lab/busybox:1 cat /sys/fs/cgroup/memory.max

# ── the window ──
mkdir -p /tmp/frame
Xvfb :9 -screen 0 1280x800x24 -nolisten tcp -fbdir /tmp/frame >/tmp/xvfb.log 2>&1 & xvfb=$!
sleep 5
picture() {
    echo "-----BEGIN $1.xwd.gz"
    gzip -c /tmp/frame/Xvfb_screen0 | base64
    echo "-----END $1.xwd.gz"
}
# shows NAME WHAT SECONDS ARGS…: the window opens with ARGS, and is still there after that time; a picture is taken then.
shows() {
    local name=$1 what=$2 seconds=$3
    shift 3
    student DISPLAY=:9 LIBGL_ALWAYS_SOFTWARE=1 dockwalk "$@" >"/tmp/$name.log" 2>&1 &
    for _ in $(seq 60); do DISPLAY=:9 xdotool search --name dockwalk >/dev/null 2>&1 && break; sleep 1; done
    sleep "$seconds"
    prints "$what" dockwalk env DISPLAY=:9 xdotool search --name dockwalk getwindowname
    cat "/tmp/$name.log"
    dmesg | grep -E "dockwalk.*(segfault|trap)|apparmor=.DENIED"
    picture "$name"
}
shows window "the window opens" 15
end_of_students
shows lesson "a lesson opens" 45 --lesson 1
check "and has started an engine" pgrep -u student -f "dockwalk .*engine"
pkill -u student -f '^dockwalk --lesson 1'
sleep 5
check "which has ended with it" bash -c '! pgrep -a -u student dockwalk'
shows lesson-ko "a lesson opens from the installed place, in Korean" 45 --lessons /usr/share/dockwalk/lessons --lesson 2 --lang ko
check "and has started an engine" pgrep -u student -f "dockwalk .*engine"
end_of_students
shows recording "a recording opens" 45 --trace /usr/share/dockwalk/fixtures/traces/01-pull-and-run.ndjson
end_of_students
check "a window without its lessons says so" bash -c '! student DISPLAY=:9 dockwalk --lessons /nowhere --lesson 1'
kill $xvfb

# ── nothing is left ──
student dockwalk docker version >/dev/null 2>&1
for pid in $(pgrep -x dockwalk); do kill "$pid"; done
sleep 3
check "no engine is left" bash -c '! pgrep -a dockwalk'
check "no mount is left" bash -c '! grep dockwalk /proc/mounts'
check "AppArmor's profile is there where it is understood" bash -c '[ ! -e /etc/apparmor.d/abi/4.0 ] || apparmor_parser -QK /etc/apparmor.d/dockwalk'
check "purging" apt-get -qq purge -y dockwalk
check "nothing is left" bash -c '! find / -xdev \( -path /proc -o -path /sys -o -path /opt -o -path /home -o -path /root -o -path /tmp -o -path "/var/cache/apt*" -o -path "/var/lib/apt*" -o -path "/var/log*" \) -prune -o -name "*dockwalk*" -print | grep .'
check "what a user has stays theirs" test -d /home/student/.local/share/dockwalk
# In which library something crashed is the kernel's to say, and there alone.
dmesg | grep -F segfault
echo "$faults faults"
exit $faults
