## Answers and terms
answer-yes = yes
answer-no = no
answer-none = nothing
term-index = the index
term-manifest = the manifest
term-config = the config
term-layer = a layer
term-first = the first one listed
term-last = the last one listed
term-upper = the writable layer (upper)
term-volume = the volume
term-bind = the bind mount (host directory)
term-tmpfs = memory (tmpfs)
term-no-difference = cannot be told (the runs overlap)
term-unlimited = no limit
term-no-uplink = no uplink

verdict-confirmed = confirmed
verdict-refined = refined
verdict-corrected = corrected
verdict-measured = measured
verdict-answered = answered

## What is wrong with a lesson's files
problem-lesson-toml = { $file }, line { $line } cannot be read: { $reason }. Mend that line, then run `dockwalk lesson check` again.
problem-lesson-no-title = { $file } has no title. Begin its first line with `# Title`.
problem-lesson-heading = { $file }, line { $line }, `{ $name }`: no such heading can stand here. Write `## step: Title`, and below it `### before`, `### question NAME: short title`, `### answer|goal|reached NAME` or `### claim ID: short title`.
problem-lesson-empty = { $file }, line { $line }: there is nothing below `{ $name }`. Write its text, or delete the heading.
problem-lesson-twice = { $file }, line { $line }: `{ $name }` is there twice. Make one of the two.
problem-lesson-claim-form = { $file }, line { $line }, `{ $name }`: put the notes' claim on lines that begin with `>`, and below them what the machine shows.
problem-lesson-missing = { $file } lacks the part `{ $name }`, which lesson.toml calls for. Add it.
problem-lesson-orphan = { $file }, step at line { $line }, `{ $name }`: lesson.toml does not know it, so nobody would see it. Delete it, or add it to lesson.toml.
problem-lesson-folder = { $file }: the folder's name does not agree with id and slug. Rename the folder to `{ $name }`, or mend the file.
problem-lesson-no-steps = { $file }: there is no step. Add a `[[step]]`.
problem-lesson-step-twice = { $file }: the step `{ $name }` is there twice ({ $step }). Give each step an id of its own.
problem-lesson-command = { $file }, step { $step }: `{ $name }` is no docker command: { $reason }. Write it by docker's grammar.
problem-lesson-not-refused = { $file }, step { $step }: it says `refused = true`, but `{ $name }`: the command line does not refuse it, or the step has goals or `stop_at`. Take `refused` away, or leave nothing but a `run` that the grammar refuses.
problem-lesson-terminal = { $file }, step { $step }: `terminal` and `type` go together. Add the one that is missing.
problem-lesson-claim-unknown = { $file }, step { $step }: the notes make no claim `{ $name }`. Use an id of src/lesson/claims.rs.
problem-lesson-question-form = { $file }, step { $step }: the query of question `{ $name }` makes no choices. Ask one that does, or make it the `show` of a goal.
problem-lesson-goal-earlier = { $file }, step { $step }: no goal before this one is called `{ $name }`, so it has no value to use. Name an earlier goal.
problem-lesson-hides-nothing = { $file }, step { $step }: question `{ $name }` has no `hides`. Write the words that would give its answer away, in both languages: hides = {"{"} ko = ["…"], en = ["…"] {"}"}.
problem-lesson-veils-nothing = { $file }, step { $step }: question `{ $name }` says `veils = "from-start"`, but no message of the program says its answer, so nothing is veiled. Remove `veils`, or name the messages in src/lesson/query/said.rs.
problem-lesson-recording = { $lesson }: the recording `{ $name }` cannot be read: { $reason }. Record it again with `dockwalk lesson run { $lesson } --headless --record`.
problem-lesson-goal-missed = { $lesson }, step { $step }: the recording does not reach the goal `{ $name }`. Mend the goal, or record again.
problem-lesson-question-no-choices = { $lesson }, step { $step }: where the question `{ $name }` is asked, its choices are not known. Move it to a later step.
problem-lesson-question-late = { $lesson }, step { $step }: when the question `{ $name }` is asked, its answer is known already. Move it to an earlier step.
problem-lesson-question-unanswered = { $lesson }, step { $step }: the question `{ $name }` is never answered. Mend its query, or record again.
problem-lesson-question-outside = { $lesson }, step { $step }: the answer to the question `{ $name }` is not among its choices. Mend the choices of its query.
problem-lesson-given-away = { $lesson }, step { $step }: “{ $words }”, which gives the answer to question `{ $name }` away, can be read before it is told: { $text } Change that text, or move it to a page after the answer.
problem-lesson-unknown = There is no lesson `{ $name }`. See their names with `dockwalk lesson list`.
problem-lesson-unreadable = { $file } cannot be read: { $reason }. Make sure that `--lessons` names a directory of folders that hold lesson.toml, ko.md and en.md.
problem-lesson-output = The result could not be printed: { $reason }.

## dockwalk lesson …
lesson-list-line = { $name }  { $title } ({ $count } steps)
lesson-check-good = ✔ { $name }: nothing is wrong.
lesson-check-bad = ✘ { $name }: problems found: { $count }.
lesson-run-title = { $name } · { $title }
lesson-run-step = [{ $number }/{ $of }] { $title }
lesson-run-command = { "    " }$ { $command }
lesson-run-question = { "    " }? { $ask }
lesson-run-answer = { "      " }answer: { $answer }
lesson-run-no-answer = { "      " }✘ It was never answered.
lesson-run-outside = { "      " }✘ The answer, { $answer }, is not among the choices: { $choices }
lesson-run-goal = { "    " }✔ { $goal }
lesson-run-goal-value = { "    " }✔ { $goal } → { $value }
lesson-run-goal-missed = { "    " }✘ { $goal }
lesson-run-sum = goals { $reached }/{ $goals }, questions { $answered }/{ $questions }
lesson-run-recorded = Recorded: { $file } ({ $events } events)
problem-lesson-command-failed = Step { $step }: `{ $command }` ended with status { $status }. It printed: { $output } Mend what the message above names, then run the lesson again.
problem-lesson-command-stuck = Step { $step }: `{ $command }` has not ended after { $seconds } seconds. It printed: { $output } See with `dockwalk doctor` what this machine allows.
problem-lesson-goal-timeout = Step { $step }: the goal `{ $name }` was not reached within { $seconds } seconds. Look at the output above and at `dockwalk doctor`.
problem-lesson-no-stop = Step { $step }: nothing stopped at `{ $name }` within { $seconds } seconds. Look at the output above, and whether stop_at in lesson.toml is right.
problem-lesson-terminal-failed = { $command }: no terminal could be opened ({ $reason }). Make sure that /dev/pts is mounted.
problem-lesson-engine-lost = The engine went away in the middle of the lesson. Read its log (engine.log), then run the lesson again.
problem-lesson-trace = The engine's events do not join on: { $reason }. Run the lesson with the dockwalk that the engine is from.
problem-lesson-busy = Lesson { $lesson } is under way in another window or another `dockwalk lesson run` ({ $socket }). End that one and open the lesson again. Its recording can be watched meanwhile.
problem-lesson-bind = The directory { $path } for the bind mount cannot be made: { $reason }. Name a directory that you may write to with `--root`.
problem-lesson-record = The recording { $file } could not be written: { $reason }.
problem-lesson-record-used = This engine has done other things already ({ $events } events). A recording needs a new one: name an empty directory with `--root` and run it again.
problem-lesson-record-leak = The recording holds something of this computer ({ $what }), so it was not kept. Record it again inside `unshare --uts` with the hostname set to `dockwalk`, and with a directory that is nobody's, such as `--root /tmp/dockwalk-lab`.
problem-lesson-run-window = To run it without a window, write `dockwalk lesson run { $lesson } --headless`; to see it in the window, `dockwalk --lesson { $lesson }`.
