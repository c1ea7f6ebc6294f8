problem-no-such-image = No such image here: { $image }. See what there is with `docker images`, or fetch it with `docker pull { $image }`.
