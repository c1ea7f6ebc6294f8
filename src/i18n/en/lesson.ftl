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
term-upper = the container's writable layer (upper)
term-volume = the volume
term-bind = the bound host directory
term-tmpfs = memory (tmpfs)

verdict-confirmed = confirmed
verdict-refined = refined
verdict-corrected = corrected
verdict-measured = measured

## What is wrong with a lesson's files
problem-lesson-toml = { $file }, line { $line } cannot be read: { $reason }. Mend that line, then run `dockwalk lesson check` again.
problem-lesson-no-title = { $file } has no title. Begin its first line with `# Title`.
problem-lesson-heading = { $file }, line { $line }, `{ $name }`: no such heading can stand here. Write `## step: Title`, and below it `### question|answer|goal|claim NAME`.
problem-lesson-empty = { $file }, line { $line }: there is nothing below `{ $name }`. Write its text, or delete the heading.
problem-lesson-twice = { $file }, line { $line }: `{ $name }` is there twice. Make one of the two.
problem-lesson-claim-form = { $file }, line { $line }, `{ $name }`: put the notes' claim on lines that begin with `>`, and below them what the machine shows.
problem-lesson-missing = { $file } lacks the part `{ $name }`, which lesson.toml calls for. Add it.
problem-lesson-orphan = { $file }, step at line { $line }, `{ $name }`: lesson.toml does not know it, so nobody would see it. Delete it, or add it to lesson.toml.
problem-lesson-folder = { $file }: the folder's name does not agree with id and slug. Rename the folder to `{ $name }`, or mend the file.
problem-lesson-no-steps = { $file }: there is no step. Add a `[[step]]`.
problem-lesson-step-twice = { $file }: the step `{ $name }` is there twice ({ $step }). Give each step an id of its own.
problem-lesson-command = { $file }, step { $step }: `{ $name }` is no docker command: { $reason }. Write it by docker's grammar.
problem-lesson-terminal = { $file }, step { $step }: `terminal` and `type` go together. Add the one that is missing.
problem-lesson-claim-unknown = { $file }, step { $step }: the notes make no claim `{ $name }`. Use an id of src/lesson/claims.rs.
problem-lesson-question-form = { $file }, step { $step }: the query of question `{ $name }` makes no choices. Ask one that does, or make it the `show` of a goal.
problem-lesson-goal-earlier = { $file }, step { $step }: no goal before this one is called `{ $name }`, so it has no value to use. Name an earlier goal.
problem-lesson-recording = { $lesson }: the recording `{ $name }` cannot be read: { $reason }. Record it again with `dockwalk lesson run { $lesson } --headless --record`.
problem-lesson-goal-missed = { $lesson }, step { $step }: the recording does not reach the goal `{ $name }`. Mend the goal, or record again.
problem-lesson-question-no-choices = { $lesson }, step { $step }: where the question `{ $name }` is asked, its choices are not known. Move it to a later step.
problem-lesson-question-late = { $lesson }, step { $step }: when the question `{ $name }` is asked, its answer is known already. Move it to an earlier step.
problem-lesson-question-unanswered = { $lesson }, step { $step }: the question `{ $name }` is never answered. Mend its query, or record again.
problem-lesson-question-outside = { $lesson }, step { $step }: the answer to the question `{ $name }` is not among its choices. Mend the choices of its query.
problem-lesson-unknown = There is no lesson `{ $name }`. See their names with `dockwalk lesson list`.
problem-lesson-unreadable = { $file } cannot be read: { $reason }. Make sure that `--lessons` names a directory of folders that hold lesson.toml, ko.md and en.md.
