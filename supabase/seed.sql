-- The exercise catalogue: the muscles, the equipment and the exercises that all users share.
--
-- Running it again changes nothing; running it after an edit puts right what is listed here. It deletes no exercise and
-- never touches a user's own (those have a user_id). An id follows from its slug, so every environment agrees on it.
-- One statement a table, and one for exercises with their links, so that an exercise stands in one place and the file
-- needs neither temporary tables nor a transaction of its own.

insert into public.muscles (slug, name, region)
values
('chest', 'Chest', 'chest'),
('lats', 'Lats', 'back'),
('upper_back', 'Upper Back', 'back'),
('traps', 'Traps', 'back'),
('lower_back', 'Lower Back', 'back'),
('front_delts', 'Front Delts', 'shoulders'),
('side_delts', 'Side Delts', 'shoulders'),
('rear_delts', 'Rear Delts', 'shoulders'),
('biceps', 'Biceps', 'arms'),
('triceps', 'Triceps', 'arms'),
('forearms', 'Forearms', 'arms'),
('abs', 'Abs', 'core'),
('obliques', 'Obliques', 'core'),
('hip_flexors', 'Hip Flexors', 'legs'),
('glutes', 'Glutes', 'legs'),
('quadriceps', 'Quadriceps', 'legs'),
('hamstrings', 'Hamstrings', 'legs'),
('adductors', 'Adductors', 'legs'),
('abductors', 'Abductors', 'legs'),
('calves', 'Calves', 'legs')
on conflict (slug) do update set name = excluded.name, region = excluded.region;


insert into public.equipment (slug, name)
values
('barbell', 'Barbell'),
('dumbbell', 'Dumbbell'),
('kettlebell', 'Kettlebell'),
('ez_bar', 'EZ Bar'),
('trap_bar', 'Trap Bar'),
('weight_plate', 'Weight Plate'),
('landmine', 'Landmine'),
('bench', 'Bench'),
('preacher_bench', 'Preacher Bench'),
('back_extension_bench', 'Back Extension Bench'),
('rack', 'Rack'),
('pull_up_bar', 'Pull-Up Bar'),
('dip_bars', 'Dip Bars'),
('resistance_band', 'Resistance Band'),
('ab_wheel', 'Ab Wheel'),
('plyo_box', 'Plyo Box'),
('jump_rope', 'Jump Rope'),
('cable_machine', 'Cable Machine'),
('lat_pulldown_machine', 'Lat Pulldown Machine'),
('chest_press_machine', 'Chest Press Machine'),
('leg_press_machine', 'Leg Press Machine'),
('hack_squat_machine', 'Hack Squat Machine'),
('leg_extension_machine', 'Leg Extension Machine'),
('leg_curl_machine', 'Leg Curl Machine'),
('calf_raise_machine', 'Calf Raise Machine'),
('hip_abduction_machine', 'Hip Abduction Machine'),
('hip_adduction_machine', 'Hip Adduction Machine'),
('rowing_machine', 'Rowing Machine'),
('stationary_bike', 'Stationary Bike'),
('sled', 'Sled'),
('yoke', 'Yoke'),
('log_bar', 'Log Bar')
on conflict (slug) do update set name = excluded.name;


with
source (
    slug, name, aliases,
    category, force, mechanic, level, measured_in,
    equipment, primary_muscles, secondary_muscles,
    instructions
) as (
    values
    -- Squats and other leg work.
    (
        'back-squat', 'Back Squat', array['Squat', 'Barbell Squat', 'Barbell Back Squat'],
        'strength', 'push', 'compound', 'intermediate', 'weight_and_reps',
        array['barbell', 'rack'], array['quadriceps', 'glutes'], array['adductors', 'hamstrings', 'lower_back', 'abs'],
        array[
            'Set the bar across your upper back, grip it evenly and step out of the rack.',
            'Stand with your feet about shoulder width apart and your toes turned slightly out.',
            'Take a breath, brace your trunk and sit down between your hips.',
            'Go down until your hips are just below your knees, which stay in line with your toes.',
            'Drive through your whole foot and stand up tall.'
        ]
    ),
    (
        'front-squat', 'Front Squat', array['Barbell Front Squat'],
        'strength', 'push', 'compound', 'intermediate', 'weight_and_reps',
        array['barbell', 'rack'], array['quadriceps'], array['glutes', 'adductors', 'upper_back', 'abs'],
        array[
            'Rest the bar on the front of your shoulders with your elbows pointing forward.',
            'Step out of the rack and stand with your feet about shoulder width apart.',
            'Brace your trunk and squat straight down with your chest up.',
            'Keep your elbows high so that the bar stays over the middle of your feet.',
            'Push the floor away and stand up without letting your upper back round.'
        ]
    ),
    (
        'pause-squat', 'Pause Squat', array['Paused Squat', 'Paused Back Squat'],
        'powerlifting', 'push', 'compound', 'advanced', 'weight_and_reps',
        array['barbell', 'rack'], array['quadriceps', 'glutes'], array['adductors', 'hamstrings', 'lower_back', 'abs'],
        array[
            'Unrack the bar on your upper back and take your usual squat stance.',
            'Brace hard and lower yourself under control to your full depth.',
            'Hold still at the bottom for two to three seconds without relaxing.',
            'Stand up with force while keeping your chest and hips rising together.'
        ]
    ),
    (
        'goblet-squat', 'Goblet Squat', array['Kettlebell Goblet Squat', 'KB Squat'],
        'strength', 'push', 'compound', 'beginner', 'weight_and_reps',
        array['kettlebell'], array['quadriceps', 'glutes'], array['adductors', 'abs'],
        array[
            'Hold a kettlebell by its horns close to your chest.',
            'Stand with your feet shoulder width apart and your toes slightly out.',
            'Sit down between your heels until your elbows come inside your knees.',
            'Keep your chest up and press through your whole foot to stand.'
        ]
    ),
    (
        'bodyweight-squat', 'Bodyweight Squat', array['Air Squat', 'Free Squat'],
        'strength', 'push', 'compound', 'beginner', 'reps',
        '{}', array['quadriceps', 'glutes'], array['adductors', 'hamstrings'],
        array[
            'Stand with your feet shoulder width apart and your arms in front of you.',
            'Bend your hips and knees together and lower yourself until your thighs are at least level.',
            'Keep your heels down and your knees over your toes.',
            'Stand up fully and squeeze your glutes at the top.'
        ]
    ),
    (
        'bulgarian-split-squat', 'Bulgarian Split Squat', array['Rear-Foot-Elevated Split Squat', 'RFESS', 'BSS'],
        'strength', 'push', 'compound', 'intermediate', 'weight_and_reps',
        array['dumbbell', 'bench'], array['quadriceps', 'glutes'], array['adductors', 'hamstrings'],
        array[
            'Hold a dumbbell in each hand and rest the top of your rear foot on a bench behind you.',
            'Set your front foot far enough forward that its heel stays down.',
            'Lower yourself until your rear knee almost touches the floor.',
            'Push through your front foot to come back up.',
            'Finish all repetitions on one side before you change legs.'
        ]
    ),
    (
        'walking-lunge', 'Walking Lunge', array['Dumbbell Walking Lunge', 'DB Lunge'],
        'strength', 'push', 'compound', 'beginner', 'weight_and_reps',
        array['dumbbell'], array['quadriceps', 'glutes'], array['hamstrings', 'adductors', 'calves'],
        array[
            'Hold a dumbbell in each hand at your sides and stand tall.',
            'Take a long step forward and lower your rear knee to just above the floor.',
            'Push off your front foot and bring the rear leg through into the next step.',
            'Keep your torso upright and alternate legs as you go.'
        ]
    ),
    (
        'reverse-lunge', 'Reverse Lunge', array['Backward Lunge', 'Bodyweight Reverse Lunge'],
        'strength', 'push', 'compound', 'beginner', 'reps',
        '{}', array['quadriceps', 'glutes'], array['hamstrings', 'adductors'],
        array[
            'Stand tall with your hands on your hips.',
            'Step back with one leg and lower that knee toward the floor.',
            'Keep most of your weight on your front foot.',
            'Drive through your front heel to return to standing, then switch legs.'
        ]
    ),
    (
        'step-up', 'Step-Up', array['Dumbbell Step-Up', 'Box Step-Up'],
        'strength', 'push', 'compound', 'beginner', 'weight_and_reps',
        array['dumbbell', 'plyo_box'], array['quadriceps', 'glutes'], array['hamstrings', 'calves'],
        array[
            'Stand in front of a knee-high box with a dumbbell in each hand.',
            'Place one whole foot on the box and lean slightly forward.',
            'Stand up on that leg without pushing off the floor with the other.',
            'Lower yourself slowly and repeat before you change legs.'
        ]
    ),
    (
        'hack-squat', 'Hack Squat', array['Machine Hack Squat'],
        'strength', 'push', 'compound', 'intermediate', 'weight_and_reps',
        array['hack_squat_machine'], array['quadriceps'], array['glutes', 'adductors'],
        array[
            'Place your back and shoulders firmly against the pads of the machine.',
            'Set your feet shoulder width apart on the middle of the platform.',
            'Release the safety handles and lower yourself until your thighs pass parallel.',
            'Press the platform away without letting your hips lift off the pad.'
        ]
    ),
    (
        'leg-press', 'Leg Press', array['45-Degree Leg Press', 'Sled Leg Press'],
        'strength', 'push', 'compound', 'beginner', 'weight_and_reps',
        array['leg_press_machine'], array['quadriceps', 'glutes'], array['hamstrings', 'adductors'],
        array[
            'Sit in the machine with your back flat on the pad and your feet shoulder width apart.',
            'Press the platform up and release the safety handles.',
            'Lower the platform until your knees are bent to about 90 degrees or a little more.',
            'Push it back up without lifting your hips or slamming your knees straight.'
        ]
    ),
    (
        'leg-extension', 'Leg Extension', array['Knee Extension', 'Quad Extension'],
        'strength', 'push', 'isolation', 'beginner', 'weight_and_reps',
        array['leg_extension_machine'], array['quadriceps'], '{}',
        array[
            'Adjust the seat so that your knees line up with the pivot of the machine.',
            'Hook your shins behind the lower pad and hold the handles.',
            'Straighten your knees fully and pause for a moment at the top.',
            'Lower the weight slowly until your knees are well bent.'
        ]
    ),
    (
        'leg-curl', 'Leg Curl', array['Hamstring Curl', 'Lying Leg Curl', 'Seated Leg Curl'],
        'strength', 'pull', 'isolation', 'beginner', 'weight_and_reps',
        array['leg_curl_machine'], array['hamstrings'], array['calves'],
        array[
            'Adjust the machine so that the pad sits just above your heels and your knees line up with the pivot.',
            'Hold the handles and press your hips into the pad.',
            'Bend your knees as far as the machine allows.',
            'Return slowly until your legs are almost straight.'
        ]
    ),
    (
        'hip-thrust', 'Hip Thrust', array['Barbell Hip Thrust', 'Glute Thrust'],
        'strength', 'push', 'compound', 'intermediate', 'weight_and_reps',
        array['barbell', 'bench'], array['glutes'], array['hamstrings', 'adductors', 'quadriceps'],
        array[
            'Sit on the floor with your upper back against a bench and a padded bar over your hips.',
            'Plant your feet flat so that your shins are vertical at the top.',
            'Tuck your chin and drive the bar up until your hips are fully extended.',
            'Squeeze your glutes for a moment, then lower the bar under control.'
        ]
    ),
    (
        'glute-bridge', 'Glute Bridge', array['Hip Bridge', 'Bodyweight Glute Bridge'],
        'strength', 'push', 'isolation', 'beginner', 'reps',
        '{}', array['glutes'], array['hamstrings', 'abs'],
        array[
            'Lie on your back with your knees bent and your feet flat on the floor.',
            'Press your lower back gently toward the floor and brace.',
            'Push through your heels and lift your hips until your body is straight from shoulders to knees.',
            'Hold for a second and lower yourself slowly.'
        ]
    ),
    (
        'hip-abduction', 'Hip Abduction', array['Abductor Machine', 'Seated Hip Abduction'],
        'strength', 'push', 'isolation', 'beginner', 'weight_and_reps',
        array['hip_abduction_machine'], array['abductors'], array['glutes'],
        array[
            'Sit in the machine with the pads against the outside of your knees.',
            'Keep your back against the seat and hold the handles.',
            'Push your knees apart as far as you can without rocking.',
            'Bring them back together slowly and stop before the plates touch.'
        ]
    ),
    (
        'hip-adduction', 'Hip Adduction', array['Adductor Machine', 'Seated Hip Adduction'],
        'strength', 'pull', 'isolation', 'beginner', 'weight_and_reps',
        array['hip_adduction_machine'], array['adductors'], '{}',
        array[
            'Sit in the machine with the pads against the inside of your knees.',
            'Choose a starting width that you can reach without strain.',
            'Squeeze your knees together and pause for a moment.',
            'Let them open slowly while you stay in control of the weight.'
        ]
    ),
    (
        'calf-raise', 'Calf Raise', array['Standing Calf Raise', 'Machine Calf Raise', 'Heel Raise'],
        'strength', 'push', 'isolation', 'beginner', 'weight_and_reps',
        array['calf_raise_machine'], array['calves'], '{}',
        array[
            'Stand with the balls of your feet on the platform and the pads on your shoulders.',
            'Lower your heels until you feel a stretch in your calves.',
            'Rise as high as you can onto the balls of your feet.',
            'Pause for a second and lower yourself slowly.'
        ]
    ),
    -- Deadlifts and other hinges.
    (
        'deadlift', 'Deadlift', array['Conventional Deadlift', 'Barbell Deadlift', 'DL'],
        'strength', 'pull', 'compound', 'intermediate', 'weight_and_reps',
        array['barbell'], array['glutes', 'hamstrings', 'lower_back'],
        array['quadriceps', 'traps', 'upper_back', 'forearms', 'lats'],
        array[
            'Stand with the bar over the middle of your feet and your feet hip width apart.',
            'Bend down, grip the bar just outside your legs and bring your shins to it.',
            'Lift your chest, flatten your back and take the slack out of the bar.',
            'Push the floor away and keep the bar close until you stand tall.',
            'Push your hips back and return the bar to the floor under control.'
        ]
    ),
    (
        'sumo-deadlift', 'Sumo Deadlift', array['Sumo', 'Wide-Stance Deadlift'],
        'strength', 'pull', 'compound', 'intermediate', 'weight_and_reps',
        array['barbell'], array['glutes', 'adductors', 'hamstrings'],
        array['quadriceps', 'lower_back', 'traps', 'forearms'],
        array[
            'Take a wide stance with your toes turned out and the bar over the middle of your feet.',
            'Grip the bar with straight arms inside your knees.',
            'Drop your hips, push your knees out and lift your chest.',
            'Drive your feet into the floor and stand up with the bar against your legs.',
            'Lower the bar the way it came up.'
        ]
    ),
    (
        'deficit-deadlift', 'Deficit Deadlift', array['Deficit Pull', 'Conventional Deficit Deadlift'],
        'powerlifting', 'pull', 'compound', 'advanced', 'weight_and_reps',
        array['barbell', 'weight_plate'], array['glutes', 'hamstrings', 'lower_back'],
        array['quadriceps', 'traps', 'upper_back', 'forearms'],
        array[
            'Stand on one or two flat plates so that you are 2 to 5 centimeters above the floor.',
            'Set up as for a deadlift, with your hips a little lower than usual.',
            'Flatten your back and pull the slack out of the bar.',
            'Push through your feet and stand up without letting your hips shoot up first.',
            'Lower the bar to the floor and reset before each repetition.'
        ]
    ),
    (
        'trap-bar-deadlift', 'Trap Bar Deadlift', array['Hex Bar Deadlift', 'TBDL'],
        'strength', 'pull', 'compound', 'beginner', 'weight_and_reps',
        array['trap_bar'], array['quadriceps', 'glutes'], array['hamstrings', 'lower_back', 'traps', 'forearms'],
        array[
            'Stand in the middle of the trap bar with your feet hip width apart.',
            'Bend your hips and knees and grip the handles at their center.',
            'Lift your chest and brace your trunk.',
            'Push the floor away until you stand tall, then lower the bar under control.'
        ]
    ),
    (
        'romanian-deadlift', 'Romanian Deadlift', array['RDL', 'Barbell RDL'],
        'strength', 'pull', 'compound', 'intermediate', 'weight_and_reps',
        array['barbell'], array['hamstrings', 'glutes'], array['lower_back', 'adductors', 'forearms'],
        array[
            'Stand tall and hold the bar at your hips with straight arms.',
            'Unlock your knees and push your hips straight back.',
            'Slide the bar down your thighs until you feel a strong stretch in your hamstrings.',
            'Keep your back flat and drive your hips forward to stand up.'
        ]
    ),
    (
        'single-leg-romanian-deadlift', 'Single-Leg Romanian Deadlift', array['Single-Leg RDL', 'SLRDL', 'One-Leg RDL'],
        'strength', 'pull', 'compound', 'intermediate', 'weight_and_reps',
        array['dumbbell'], array['hamstrings', 'glutes'], array['lower_back', 'abductors', 'forearms'],
        array[
            'Hold a dumbbell in each hand and stand on one leg with that knee slightly bent.',
            'Push your hips back and let the free leg rise behind you.',
            'Keep your hips level and lower the dumbbells to about mid-shin.',
            'Return to standing by driving your hips forward.',
            'Finish the set on one leg before you switch.'
        ]
    ),
    (
        'good-morning', 'Good Morning', array['Barbell Good Morning'],
        'strength', 'pull', 'compound', 'advanced', 'weight_and_reps',
        array['barbell', 'rack'], array['hamstrings', 'lower_back'], array['glutes', 'adductors'],
        array[
            'Set a light bar across your upper back and step out of the rack.',
            'Brace your trunk and bend your knees slightly.',
            'Push your hips back and lean forward with a flat back until you feel your hamstrings.',
            'Drive your hips forward and stand up tall.'
        ]
    ),
    (
        'back-extension', 'Back Extension', array['Hyperextension', '45-Degree Back Extension'],
        'strength', 'pull', 'isolation', 'beginner', 'reps',
        array['back_extension_bench'], array['lower_back'], array['glutes', 'hamstrings'],
        array[
            'Set the pad just below your hip bones and secure your feet.',
            'Cross your arms over your chest and bend forward at the hips.',
            'Raise your torso until your body forms a straight line.',
            'Pause at the top without leaning back, then lower yourself slowly.'
        ]
    ),
    (
        'kettlebell-swing', 'Kettlebell Swing', array['KB Swing', 'Russian Swing', 'Two-Handed Swing'],
        'strength', 'pull', 'compound', 'intermediate', 'weight_and_reps',
        array['kettlebell'], array['glutes', 'hamstrings'], array['lower_back', 'abs', 'forearms'],
        array[
            'Place the kettlebell an arm''s length in front of you and grip it with both hands.',
            'Hike it back between your legs while you push your hips back.',
            'Snap your hips forward and let the kettlebell float to chest height.',
            'Keep your arms relaxed and let it fall back into the next hinge.',
            'Set it down in front of you with a flat back after the last repetition.'
        ]
    ),
    -- Chest.
    (
        'bench-press', 'Bench Press', array['Barbell Bench Press', 'Flat Bench Press', 'Bench'],
        'strength', 'push', 'compound', 'intermediate', 'weight_and_reps',
        array['barbell', 'bench', 'rack'], array['chest', 'triceps'], array['front_delts'],
        array[
            'Lie on the bench with your eyes under the bar and your feet flat on the floor.',
            'Grip the bar a little wider than your shoulders and pull your shoulder blades together.',
            'Unrack the bar and hold it over your shoulders with straight arms.',
            'Lower it to your lower chest with your elbows at about 45 to 70 degrees.',
            'Press it up and slightly back until your arms are straight.'
        ]
    ),
    (
        'incline-bench-press', 'Incline Bench Press', array['Incline Barbell Press', 'Incline Bench'],
        'strength', 'push', 'compound', 'intermediate', 'weight_and_reps',
        array['barbell', 'bench', 'rack'], array['chest', 'front_delts'], array['triceps'],
        array[
            'Set the bench to an angle of 30 to 45 degrees and lie back.',
            'Grip the bar a little wider than your shoulders and unrack it.',
            'Lower the bar to your upper chest under control.',
            'Press it up until it is over your shoulders with straight arms.'
        ]
    ),
    (
        'close-grip-bench-press', 'Close-Grip Bench Press',
        array['CGBP', 'Close-Grip Bench', 'Narrow-Grip Bench Press'],
        'strength', 'push', 'compound', 'intermediate', 'weight_and_reps',
        array['barbell', 'bench', 'rack'], array['triceps', 'chest'], array['front_delts'],
        array[
            'Lie on the bench and grip the bar at about shoulder width.',
            'Unrack the bar and hold it over your shoulders.',
            'Lower it to your lower chest with your elbows close to your sides.',
            'Press it up until your elbows are fully straight.'
        ]
    ),
    (
        'pause-bench-press', 'Pause Bench Press',
        array['Paused Bench Press', 'Paused Bench', 'Competition Bench Press'],
        'powerlifting', 'push', 'compound', 'advanced', 'weight_and_reps',
        array['barbell', 'bench', 'rack'], array['chest', 'triceps'], array['front_delts'],
        array[
            'Set up as for a bench press with tight shoulder blades and planted feet.',
            'Lower the bar to your chest under control.',
            'Hold it motionless on your chest for one to three seconds without losing tension.',
            'Press it up in one movement until your arms are straight.'
        ]
    ),
    (
        'dumbbell-bench-press', 'Dumbbell Bench Press', array['DB Bench Press', 'DB Bench', 'Flat Dumbbell Press'],
        'strength', 'push', 'compound', 'beginner', 'weight_and_reps',
        array['dumbbell', 'bench'], array['chest'], array['triceps', 'front_delts'],
        array[
            'Sit on the bench with a dumbbell on each thigh and lie back with them over your chest.',
            'Pull your shoulder blades together and plant your feet.',
            'Lower the dumbbells to the sides of your chest.',
            'Press them up until your arms are straight above your shoulders.'
        ]
    ),
    (
        'incline-dumbbell-press', 'Incline Dumbbell Press', array['Incline DB Press', 'Incline Dumbbell Bench Press'],
        'strength', 'push', 'compound', 'beginner', 'weight_and_reps',
        array['dumbbell', 'bench'], array['chest', 'front_delts'], array['triceps'],
        array[
            'Set the bench to an angle of about 30 degrees and lie back with a dumbbell in each hand.',
            'Hold the dumbbells above your shoulders with your palms facing forward.',
            'Lower them to the sides of your upper chest.',
            'Press them up and slightly together until your arms are straight.'
        ]
    ),
    (
        'dumbbell-fly', 'Dumbbell Fly', array['Chest Fly', 'Dumbbell Flye', 'DB Fly', 'Pec Fly'],
        'strength', 'push', 'isolation', 'beginner', 'weight_and_reps',
        array['dumbbell', 'bench'], array['chest'], array['front_delts'],
        array[
            'Lie on a flat bench and hold two dumbbells above your chest with your palms facing each other.',
            'Bend your elbows slightly and keep that angle throughout.',
            'Open your arms in a wide arc until you feel a stretch across your chest.',
            'Bring the dumbbells back together above your chest.'
        ]
    ),
    (
        'cable-crossover', 'Cable Crossover', array['Cable Fly', 'Cable Flye', 'Standing Cable Fly'],
        'strength', 'push', 'isolation', 'beginner', 'weight_and_reps',
        array['cable_machine'], array['chest'], array['front_delts'],
        array[
            'Set both pulleys above shoulder height and take a handle in each hand.',
            'Step forward, lean in slightly and bend your elbows a little.',
            'Sweep your hands down and together in front of your waist.',
            'Let them return slowly until you feel a stretch in your chest.'
        ]
    ),
    (
        'machine-chest-press', 'Machine Chest Press', array['Chest Press', 'Seated Chest Press'],
        'strength', 'push', 'compound', 'beginner', 'weight_and_reps',
        array['chest_press_machine'], array['chest'], array['triceps', 'front_delts'],
        array[
            'Adjust the seat so that the handles are level with the middle of your chest.',
            'Sit with your back against the pad and grip the handles.',
            'Push the handles forward until your arms are almost straight.',
            'Let them come back slowly until your hands are beside your chest.'
        ]
    ),
    (
        'push-up', 'Push-Up', array['Pushup', 'Press-Up'],
        'strength', 'push', 'compound', 'beginner', 'reps',
        '{}', array['chest', 'triceps'], array['front_delts', 'abs'],
        array[
            'Place your hands on the floor a little wider than your shoulders and straighten your body.',
            'Brace your abs and squeeze your glutes so that your hips do not sag.',
            'Lower yourself until your chest is just above the floor.',
            'Push the floor away until your arms are straight.'
        ]
    ),
    (
        'dip', 'Dip', array['Parallel Bar Dip', 'Chest Dip', 'Triceps Dip'],
        'strength', 'push', 'compound', 'intermediate', 'reps',
        array['dip_bars'], array['chest', 'triceps'], array['front_delts'],
        array[
            'Support yourself on the bars with straight arms and your shoulders down.',
            'Lean slightly forward and bend your elbows.',
            'Lower yourself until your upper arms are about parallel to the floor.',
            'Push yourself up until your arms are straight again.'
        ]
    ),
    -- Shoulders.
    (
        'overhead-press', 'Overhead Press', array['OHP', 'Military Press', 'Strict Press', 'Standing Barbell Press'],
        'strength', 'push', 'compound', 'intermediate', 'weight_and_reps',
        array['barbell', 'rack'], array['front_delts', 'triceps'], array['side_delts', 'traps', 'abs'],
        array[
            'Hold the bar at your collarbones with your hands just outside your shoulders.',
            'Squeeze your glutes and brace your trunk.',
            'Press the bar straight up and move your head out of its way.',
            'Push your head through and lock your elbows with the bar over the middle of your feet.',
            'Lower the bar to your collarbones under control.'
        ]
    ),
    (
        'push-press', 'Push Press', array['Barbell Push Press'],
        'strength', 'push', 'compound', 'intermediate', 'weight_and_reps',
        array['barbell', 'rack'], array['front_delts', 'triceps'],
        array['quadriceps', 'glutes', 'side_delts', 'calves'],
        array[
            'Rest the bar on the front of your shoulders and stand with your feet hip width apart.',
            'Dip straight down a few centimeters by bending your knees.',
            'Drive up hard with your legs and send the bar off your shoulders.',
            'Press the bar to full lockout overhead.',
            'Lower it to your shoulders and absorb it with bent knees.'
        ]
    ),
    (
        'dumbbell-shoulder-press', 'Dumbbell Shoulder Press',
        array['DB Shoulder Press', 'Seated Dumbbell Press', 'Dumbbell Overhead Press'],
        'strength', 'push', 'compound', 'beginner', 'weight_and_reps',
        array['dumbbell', 'bench'], array['front_delts'], array['triceps', 'side_delts'],
        array[
            'Sit on a bench with a steep backrest and hold the dumbbells at shoulder height.',
            'Keep your forearms vertical and your back against the pad.',
            'Press the dumbbells up until your arms are straight.',
            'Lower them slowly to the height of your ears or shoulders.'
        ]
    ),
    (
        'pike-push-up', 'Pike Push-Up', array['Pike Pushup', 'Pike Press'],
        'strength', 'push', 'compound', 'intermediate', 'reps',
        '{}', array['front_delts', 'triceps'], array['side_delts', 'chest', 'abs'],
        array[
            'Start in a push-up position and walk your feet in until your hips point at the ceiling.',
            'Keep your legs and back as straight as you can.',
            'Bend your elbows and lower the top of your head toward the floor in front of your hands.',
            'Push back up until your arms are straight.'
        ]
    ),
    (
        'lateral-raise', 'Lateral Raise',
        array['Side Raise', 'Dumbbell Lateral Raise', 'Side Lateral Raise', 'Lat Raise'],
        'strength', 'pull', 'isolation', 'beginner', 'weight_and_reps',
        array['dumbbell'], array['side_delts'], array['front_delts', 'traps'],
        array[
            'Stand with a dumbbell in each hand at your sides and your elbows slightly bent.',
            'Raise your arms out to the sides until your hands reach shoulder height.',
            'Lead with your elbows and keep your shoulders away from your ears.',
            'Lower the dumbbells slowly without swinging.'
        ]
    ),
    (
        'reverse-fly', 'Reverse Fly',
        array['Rear Delt Fly', 'Reverse Flye', 'Bent-Over Lateral Raise', 'Rear Delt Raise'],
        'strength', 'pull', 'isolation', 'beginner', 'weight_and_reps',
        array['dumbbell'], array['rear_delts'], array['upper_back', 'traps'],
        array[
            'Hold a dumbbell in each hand and bend forward at the hips with a flat back.',
            'Let your arms hang with a slight bend in your elbows.',
            'Raise your arms out to the sides until they are level with your shoulders.',
            'Lower them slowly and keep your torso still.'
        ]
    ),
    (
        'face-pull', 'Face Pull', array['Cable Face Pull', 'Rope Face Pull'],
        'strength', 'pull', 'isolation', 'beginner', 'weight_and_reps',
        array['cable_machine'], array['rear_delts'], array['upper_back', 'traps', 'side_delts'],
        array[
            'Attach a rope to a pulley at face height and step back with straight arms.',
            'Pull the rope toward your eyes and spread its ends apart.',
            'Finish with your hands beside your ears and your elbows at shoulder height.',
            'Return slowly until your arms are straight.'
        ]
    ),
    (
        'band-pull-apart', 'Band Pull-Apart', array['Pull-Aparts', 'Banded Pull-Apart'],
        'strength', 'pull', 'isolation', 'beginner', 'reps',
        array['resistance_band'], array['rear_delts'], array['upper_back', 'traps'],
        array[
            'Hold a band at shoulder height with straight arms and your hands shoulder width apart.',
            'Pull the band apart until it touches your chest.',
            'Squeeze your shoulder blades together for a moment.',
            'Return slowly and keep tension on the band.'
        ]
    ),
    (
        'barbell-shrug', 'Barbell Shrug', array['Shrug', 'Shoulder Shrug', 'BB Shrug'],
        'strength', 'pull', 'isolation', 'beginner', 'weight_and_reps',
        array['barbell'], array['traps'], array['forearms'],
        array[
            'Stand tall and hold the bar in front of your thighs with straight arms.',
            'Lift your shoulders straight up toward your ears.',
            'Pause at the top for a second.',
            'Lower the bar slowly without rolling your shoulders.'
        ]
    ),
    -- Back.
    (
        'barbell-row', 'Barbell Row', array['Bent-Over Row', 'Bent-Over Barbell Row', 'BB Row'],
        'strength', 'pull', 'compound', 'intermediate', 'weight_and_reps',
        array['barbell'], array['lats', 'upper_back'], array['rear_delts', 'biceps', 'lower_back', 'forearms'],
        array[
            'Hold the bar a little wider than your shoulders and hinge forward with a flat back.',
            'Let the bar hang at arm''s length below your shoulders.',
            'Pull it to your lower ribs and squeeze your shoulder blades together.',
            'Lower it slowly without standing up between repetitions.'
        ]
    ),
    (
        'dumbbell-row', 'Dumbbell Row', array['One-Arm Dumbbell Row', 'Single-Arm Row', 'DB Row'],
        'strength', 'pull', 'compound', 'beginner', 'weight_and_reps',
        array['dumbbell', 'bench'], array['lats', 'upper_back'], array['rear_delts', 'biceps', 'forearms'],
        array[
            'Place one hand and the same knee on a bench and hold a dumbbell in the other hand.',
            'Keep your back flat and let the dumbbell hang below your shoulder.',
            'Pull it toward your hip with your elbow close to your body.',
            'Lower it until your arm is straight and repeat before you switch sides.'
        ]
    ),
    (
        't-bar-row', 'T-Bar Row', array['Landmine Row', 'T Bar Row'],
        'strength', 'pull', 'compound', 'intermediate', 'weight_and_reps',
        array['barbell', 'landmine'], array['upper_back', 'lats'],
        array['rear_delts', 'biceps', 'lower_back', 'forearms'],
        array[
            'Fix one end of the bar in a landmine and stand over the loaded end.',
            'Hinge forward with a flat back and grip the bar close to the plates with both hands.',
            'Pull it to your chest and squeeze your shoulder blades together.',
            'Lower it until your arms are straight.'
        ]
    ),
    (
        'seated-cable-row', 'Seated Cable Row', array['Cable Row', 'Seated Row', 'Low Row'],
        'strength', 'pull', 'compound', 'beginner', 'weight_and_reps',
        array['cable_machine'], array['lats', 'upper_back'], array['rear_delts', 'biceps', 'forearms'],
        array[
            'Sit with your feet on the platform, your knees slightly bent and the handle in both hands.',
            'Sit tall with straight arms and let your shoulders reach forward.',
            'Pull the handle to your navel and bring your shoulder blades together.',
            'Return slowly without leaning back and forth.'
        ]
    ),
    (
        'inverted-row', 'Inverted Row', array['Bodyweight Row', 'Australian Pull-Up', 'Body Row'],
        'strength', 'pull', 'compound', 'beginner', 'reps',
        array['barbell', 'rack'], array['upper_back', 'lats'], array['rear_delts', 'biceps', 'forearms', 'abs'],
        array[
            'Set a bar in the rack at about waist height and lie underneath it.',
            'Grip the bar a little wider than your shoulders and straighten your body from head to heels.',
            'Pull your chest to the bar while keeping your hips up.',
            'Lower yourself until your arms are straight.'
        ]
    ),
    (
        'lat-pulldown', 'Lat Pulldown', array['Pulldown', 'Lat Pull-Down', 'Cable Pulldown'],
        'strength', 'pull', 'compound', 'beginner', 'weight_and_reps',
        array['lat_pulldown_machine'], array['lats'], array['biceps', 'upper_back', 'rear_delts', 'forearms'],
        array[
            'Fix your thighs under the pad and grip the bar wider than your shoulders.',
            'Lean back slightly and lift your chest.',
            'Pull the bar to your upper chest by driving your elbows down.',
            'Let it rise slowly until your arms are straight.'
        ]
    ),
    (
        'straight-arm-pulldown', 'Straight-Arm Pulldown',
        array['Stiff-Arm Pulldown', 'Lat Prayer', 'Straight-Arm Pushdown'],
        'strength', 'pull', 'isolation', 'beginner', 'weight_and_reps',
        array['cable_machine'], array['lats'], array['triceps', 'rear_delts', 'abs'],
        array[
            'Stand facing a high pulley, grip the bar and take a step back.',
            'Lean forward slightly with straight arms at about eye level.',
            'Pull the bar down in an arc to your thighs without bending your elbows.',
            'Return slowly until you feel a stretch in your lats.'
        ]
    ),
    (
        'pull-up', 'Pull-Up', array['Pullup', 'Overhand Pull-Up'],
        'strength', 'pull', 'compound', 'intermediate', 'reps',
        array['pull_up_bar'], array['lats'], array['upper_back', 'biceps', 'rear_delts', 'forearms', 'abs'],
        array[
            'Hang from the bar with your palms facing away and your hands wider than your shoulders.',
            'Pull your shoulders down and brace your abs.',
            'Drive your elbows toward your ribs until your chin is over the bar.',
            'Lower yourself slowly until your arms are straight.'
        ]
    ),
    (
        'chin-up', 'Chin-Up', array['Chinup', 'Underhand Pull-Up'],
        'strength', 'pull', 'compound', 'intermediate', 'reps',
        array['pull_up_bar'], array['lats', 'biceps'], array['upper_back', 'rear_delts', 'forearms', 'abs'],
        array[
            'Hang from the bar with your palms facing you and your hands shoulder width apart.',
            'Pull your shoulders down and brace your abs.',
            'Pull yourself up until your chin is over the bar.',
            'Lower yourself slowly until your arms are straight.'
        ]
    ),
    -- Arms.
    (
        'biceps-curl', 'Biceps Curl', array['Bicep Curl', 'Dumbbell Curl', 'DB Curl'],
        'strength', 'pull', 'isolation', 'beginner', 'weight_and_reps',
        array['dumbbell'], array['biceps'], array['forearms'],
        array[
            'Stand with a dumbbell in each hand and your palms facing forward.',
            'Keep your elbows at your sides and curl the dumbbells to your shoulders.',
            'Squeeze your biceps for a moment at the top.',
            'Lower the dumbbells slowly until your arms are straight.'
        ]
    ),
    (
        'barbell-curl', 'Barbell Curl', array['BB Curl', 'Standing Barbell Curl'],
        'strength', 'pull', 'isolation', 'beginner', 'weight_and_reps',
        array['barbell'], array['biceps'], array['forearms'],
        array[
            'Stand tall and hold the bar at shoulder width with your palms facing forward.',
            'Curl the bar up without moving your elbows forward.',
            'Stop when your forearms are almost vertical.',
            'Lower the bar slowly and do not swing your hips.'
        ]
    ),
    (
        'hammer-curl', 'Hammer Curl', array['Dumbbell Hammer Curl', 'Neutral-Grip Curl'],
        'strength', 'pull', 'isolation', 'beginner', 'weight_and_reps',
        array['dumbbell'], array['biceps', 'forearms'], '{}',
        array[
            'Stand with a dumbbell in each hand and your palms facing each other.',
            'Keep your elbows at your sides and curl the dumbbells toward your shoulders.',
            'Keep your thumbs pointing up throughout.',
            'Lower the dumbbells slowly until your arms are straight.'
        ]
    ),
    (
        'preacher-curl', 'Preacher Curl', array['Scott Curl', 'EZ-Bar Preacher Curl'],
        'strength', 'pull', 'isolation', 'beginner', 'weight_and_reps',
        array['ez_bar', 'preacher_bench'], array['biceps'], array['forearms'],
        array[
            'Sit at the preacher bench with your upper arms flat on the pad.',
            'Grip the angled parts of the EZ bar with your palms facing up.',
            'Curl the bar until your forearms are almost vertical.',
            'Lower it slowly until your arms are nearly straight.'
        ]
    ),
    (
        'triceps-pushdown', 'Triceps Pushdown', array['Tricep Pushdown', 'Cable Pushdown', 'Rope Pushdown'],
        'strength', 'push', 'isolation', 'beginner', 'weight_and_reps',
        array['cable_machine'], array['triceps'], '{}',
        array[
            'Stand facing a high pulley and grip the bar or rope with your elbows at your sides.',
            'Push your hands down until your arms are straight.',
            'Pause for a moment and squeeze your triceps.',
            'Let your hands rise slowly to chest height without moving your elbows.'
        ]
    ),
    (
        'overhead-triceps-extension', 'Overhead Triceps Extension',
        array['Overhead Tricep Extension', 'French Press', 'Dumbbell Overhead Extension'],
        'strength', 'push', 'isolation', 'beginner', 'weight_and_reps',
        array['dumbbell'], array['triceps'], '{}',
        array[
            'Hold one dumbbell with both hands and press it overhead.',
            'Keep your elbows pointing forward and close to your head.',
            'Lower the dumbbell behind your head until you feel a stretch in your triceps.',
            'Straighten your elbows to bring it back up.'
        ]
    ),
    (
        'lying-triceps-extension', 'Lying Triceps Extension',
        array['Skull Crusher', 'Skullcrusher', 'Nose Breaker', 'Lying Tricep Extension'],
        'strength', 'push', 'isolation', 'intermediate', 'weight_and_reps',
        array['ez_bar', 'bench'], array['triceps'], '{}',
        array[
            'Lie on a bench and hold the EZ bar above your shoulders with straight arms.',
            'Tilt your upper arms slightly toward your head and keep them there.',
            'Bend your elbows and lower the bar to your forehead or just behind it.',
            'Straighten your elbows to return the bar to the start.'
        ]
    ),
    -- Olympic lifts.
    (
        'power-clean', 'Power Clean', array['Barbell Power Clean'],
        'olympic', 'pull', 'compound', 'advanced', 'weight_and_reps',
        array['barbell'], array['glutes', 'hamstrings', 'quadriceps'],
        array['traps', 'upper_back', 'lower_back', 'calves', 'front_delts'],
        array[
            'Stand with the bar over the middle of your feet and grip it just outside your knees.',
            'Push the floor away with a flat back and keep the bar close to your legs.',
            'Extend your hips, knees and ankles with force once the bar passes your knees.',
            'Pull yourself under the bar and whip your elbows forward.',
            'Catch the bar on your shoulders in a partial squat and stand up.'
        ]
    ),
    (
        'clean-and-jerk', 'Clean and Jerk', array['C&J', 'Clean & Jerk'],
        'olympic', 'push', 'compound', 'advanced', 'weight_and_reps',
        array['barbell'], array['quadriceps', 'glutes', 'front_delts'],
        array['hamstrings', 'traps', 'triceps', 'upper_back', 'calves'],
        array[
            'Grip the bar just outside your knees and pull it from the floor with a flat back.',
            'Extend your hips with force, drop under the bar and catch it in a front squat.',
            'Stand up and settle the bar on your shoulders.',
            'Dip straight down and drive the bar up with your legs.',
            'Split your feet and lock your elbows under the bar.',
            'Bring your feet back together and hold the bar still overhead.'
        ]
    ),
    (
        'snatch', 'Snatch', array['Barbell Snatch', 'Full Snatch', 'Squat Snatch'],
        'olympic', 'pull', 'compound', 'advanced', 'weight_and_reps',
        array['barbell'], array['quadriceps', 'glutes', 'hamstrings'],
        array['traps', 'upper_back', 'front_delts', 'lower_back', 'calves'],
        array[
            'Grip the bar wide enough that it rests in the crease of your hips when you stand.',
            'Lower your hips, flatten your back and push the floor away.',
            'Keep the bar close and extend your hips with force when it reaches them.',
            'Pull yourself under the bar and turn it over with straight arms.',
            'Catch it overhead in a full squat and stand up under control.'
        ]
    ),
    -- Kettlebell and strongman.
    (
        'turkish-get-up', 'Turkish Get-Up', array['TGU', 'Get-Up', 'Turkish Getup'],
        'strength', 'push', 'compound', 'advanced', 'weight_and_reps',
        array['kettlebell'], array['front_delts', 'abs'], array['obliques', 'glutes', 'triceps', 'quadriceps'],
        array[
            'Lie on your back with a kettlebell pressed up in one hand and the knee on that side bent.',
            'Roll onto your opposite elbow and then onto your hand while you watch the kettlebell.',
            'Lift your hips and sweep your straight leg back into a kneeling position.',
            'Straighten your torso and stand up with your arm locked overhead.',
            'Reverse every step until you lie on your back again.'
        ]
    ),
    (
        'farmers-carry', 'Farmer''s Carry',
        array['Farmer''s Walk', 'Farmers Carry', 'Farmers Walk', 'Farmer Carry', 'Farmer Walk'],
        'strongman', 'static', 'compound', 'beginner', 'distance',
        array['dumbbell'], array['forearms', 'traps'], array['abs', 'obliques', 'glutes', 'upper_back', 'calves'],
        array[
            'Stand between two heavy dumbbells and pick them up with a flat back.',
            'Stand tall with your shoulders back and your arms at your sides.',
            'Walk with short, quick steps and keep the weights from swinging.',
            'Set them down under control when you reach your distance.'
        ]
    ),
    (
        'yoke-walk', 'Yoke Walk', array['Yoke Carry', 'Yoke'],
        'strongman', 'static', 'compound', 'advanced', 'distance',
        array['yoke'], array['quadriceps', 'glutes'], array['abs', 'obliques', 'upper_back', 'calves', 'lower_back'],
        array[
            'Step under the crossbar and set it across your upper back.',
            'Take a big breath, brace your trunk and stand up with the yoke.',
            'Walk with short, quick steps and keep the frame from swaying.',
            'Bend your knees and set it down once you cross the line.'
        ]
    ),
    (
        'log-press', 'Log Press', array['Log Clean and Press', 'Strongman Log'],
        'strongman', 'push', 'compound', 'advanced', 'weight_and_reps',
        array['log_bar'], array['front_delts', 'triceps'],
        array['upper_back', 'glutes', 'quadriceps', 'abs', 'side_delts'],
        array[
            'Grip the handles of the log and pull it into your lap with a flat back.',
            'Roll it up your torso while you extend your hips and bring your elbows forward.',
            'Stand tall with the log high on your chest.',
            'Dip your knees and drive the log up with your legs.',
            'Lock your elbows overhead before you lower the log to the floor.'
        ]
    ),
    -- Core.
    (
        'plank', 'Plank', array['Front Plank', 'Forearm Plank', 'Elbow Plank'],
        'core', 'static', 'isolation', 'beginner', 'time',
        '{}', array['abs'], array['obliques', 'glutes', 'front_delts'],
        array[
            'Place your forearms on the floor with your elbows under your shoulders.',
            'Straighten your legs and lift your hips until your body forms one line.',
            'Squeeze your glutes and pull your ribs toward your hips.',
            'Breathe calmly and hold the position without sagging.'
        ]
    ),
    (
        'side-plank', 'Side Plank', array['Side Bridge', 'Lateral Plank'],
        'core', 'static', 'isolation', 'beginner', 'time',
        '{}', array['obliques'], array['abs', 'abductors', 'glutes'],
        array[
            'Lie on your side with your elbow under your shoulder and your feet stacked.',
            'Lift your hips until your body forms one line.',
            'Hold the position without letting your hips drop or turn.',
            'Repeat for the same time on the other side.'
        ]
    ),
    (
        'crunch', 'Crunch', array['Ab Crunch', 'Abdominal Crunch'],
        'core', 'pull', 'isolation', 'beginner', 'reps',
        '{}', array['abs'], array['obliques'],
        array[
            'Lie on your back with your knees bent and your hands lightly beside your head.',
            'Breathe out and curl your shoulders off the floor.',
            'Bring your ribs toward your hips without pulling on your neck.',
            'Lower yourself slowly until your shoulder blades touch the floor.'
        ]
    ),
    (
        'dead-bug', 'Dead Bug', array['Deadbug'],
        'core', 'static', 'isolation', 'beginner', 'reps',
        '{}', array['abs'], array['hip_flexors', 'obliques'],
        array[
            'Lie on your back with your arms up and your hips and knees bent to 90 degrees.',
            'Press your lower back into the floor.',
            'Lower one arm behind your head and straighten the opposite leg just above the floor.',
            'Return to the start without arching your back and switch sides.'
        ]
    ),
    (
        'hanging-leg-raise', 'Hanging Leg Raise', array['HLR', 'Hanging Straight-Leg Raise'],
        'core', 'pull', 'compound', 'intermediate', 'reps',
        array['pull_up_bar'], array['abs', 'hip_flexors'], array['obliques', 'forearms'],
        array[
            'Hang from the bar with straight arms and your shoulders pulled down.',
            'Raise your legs in front of you without swinging.',
            'Curl your hips up at the top until your feet are at least at hip height.',
            'Lower your legs slowly and stop any swing before the next repetition.'
        ]
    ),
    (
        'russian-twist', 'Russian Twist', array['Seated Twist'],
        'core', 'pull', 'isolation', 'beginner', 'reps',
        '{}', array['obliques'], array['abs', 'hip_flexors'],
        array[
            'Sit on the floor with your knees bent and lean back until your abs tighten.',
            'Hold your hands together in front of your chest.',
            'Turn your torso to one side and bring your hands beside your hip.',
            'Turn to the other side in one smooth movement and keep your back long.'
        ]
    ),
    (
        'ab-wheel-rollout', 'Ab Wheel Rollout', array['Ab Rollout', 'Ab Wheel', 'Rollout'],
        'core', 'pull', 'compound', 'intermediate', 'reps',
        array['ab_wheel'], array['abs'], array['lats', 'obliques', 'hip_flexors'],
        array[
            'Kneel on the floor and hold the wheel under your shoulders.',
            'Tuck your hips under and brace your abs.',
            'Roll forward as far as you can without letting your lower back sag.',
            'Pull the wheel back until it is under your shoulders again.'
        ]
    ),
    (
        'pallof-press', 'Pallof Press', array['Banded Anti-Rotation Press', 'Pallof Hold'],
        'core', 'static', 'isolation', 'beginner', 'reps',
        array['resistance_band'], array['obliques'], array['abs', 'glutes'],
        array[
            'Anchor a band at chest height and stand sideways to it with your hands at your chest.',
            'Step away until the band pulls on you and brace your trunk.',
            'Press your hands straight out and resist the turn.',
            'Bring your hands back slowly and repeat before you face the other way.'
        ]
    ),
    -- Mobility.
    (
        'cat-cow', 'Cat-Cow', array['Cat-Camel', 'Cat-Cow Stretch'],
        'mobility', null, null, 'beginner', 'reps',
        '{}', array['lower_back'], array['abs', 'upper_back'],
        array[
            'Kneel on all fours with your hands under your shoulders and your knees under your hips.',
            'Breathe out, round your back toward the ceiling and tuck your chin.',
            'Breathe in, let your belly sink and lift your chest.',
            'Move slowly between the two positions.'
        ]
    ),
    (
        'hip-flexor-stretch', 'Hip Flexor Stretch', array['Half-Kneeling Hip Flexor Stretch', 'Kneeling Lunge Stretch'],
        'mobility', 'static', null, 'beginner', 'time',
        '{}', array['hip_flexors'], array['quadriceps'],
        array[
            'Kneel on one knee with the other foot flat in front of you.',
            'Tuck your hips under and squeeze the glute of the kneeling side.',
            'Shift forward until you feel a stretch at the front of your hip.',
            'Hold the stretch with calm breaths and then change sides.'
        ]
    ),
    (
        'worlds-greatest-stretch', 'World''s Greatest Stretch',
        array['WGS', 'Spiderman Lunge With Rotation', 'Worlds Greatest Stretch'],
        'mobility', null, 'compound', 'beginner', 'reps',
        '{}', array['hip_flexors', 'hamstrings'], array['adductors', 'upper_back', 'glutes'],
        array[
            'Step into a long lunge and place both hands on the floor inside your front foot.',
            'Drop the inside elbow toward the floor and keep your rear leg straight.',
            'Turn your chest toward your front knee and reach that arm to the ceiling.',
            'Put your hand down, rock back and straighten your front leg.',
            'Step through and repeat on the other side.'
        ]
    ),
    (
        'band-pass-through', 'Band Pass-Through',
        array['Shoulder Dislocate', 'Shoulder Pass-Through', 'Band Dislocate'],
        'mobility', null, 'isolation', 'beginner', 'reps',
        array['resistance_band'], array['front_delts'], array['chest', 'rear_delts', 'upper_back'],
        array[
            'Hold a light band in front of your hips with a wide grip and straight arms.',
            'Raise your arms overhead in a slow arc.',
            'Continue behind you until the band touches your lower back.',
            'Return the same way and widen your grip if your elbows bend.'
        ]
    ),
    -- Conditioning.
    (
        'running', 'Running', array['Run', 'Jogging', 'Treadmill Running'],
        'conditioning', null, null, 'beginner', 'distance',
        '{}', array['quadriceps', 'calves'], array['hamstrings', 'glutes', 'hip_flexors'],
        array[
            'Warm up with a few minutes of brisk walking or easy jogging.',
            'Run tall with relaxed shoulders and your arms swinging at your sides.',
            'Land with your foot under your body and take short, quick steps.',
            'Choose a pace that you can hold for the whole distance.',
            'Slow down to a walk for the last few minutes.'
        ]
    ),
    (
        'rowing-machine', 'Rowing Machine', array['Rower', 'Erg', 'Indoor Rowing', 'Row Erg'],
        'conditioning', 'pull', 'compound', 'beginner', 'distance',
        array['rowing_machine'], array['quadriceps', 'upper_back', 'lats'],
        array['hamstrings', 'glutes', 'biceps', 'lower_back', 'forearms'],
        array[
            'Strap in your feet and slide forward until your shins are vertical.',
            'Push with your legs first and keep your arms straight.',
            'Swing your torso back slightly and pull the handle to your lower ribs.',
            'Return in the reverse order with arms, torso and then legs.'
        ]
    ),
    (
        'stationary-bike', 'Stationary Bike', array['Exercise Bike', 'Indoor Cycling', 'Spin Bike'],
        'conditioning', null, null, 'beginner', 'time',
        array['stationary_bike'], array['quadriceps'], array['glutes', 'hamstrings', 'calves'],
        array[
            'Set the saddle so that your knee stays slightly bent at the bottom of the stroke.',
            'Sit with a long back and rest your hands lightly on the bars.',
            'Pedal in smooth circles at a steady rhythm.',
            'Raise or lower the resistance to match the effort you want.'
        ]
    ),
    (
        'jump-rope', 'Jump Rope', array['Rope Skipping', 'Skipping Rope'],
        'conditioning', null, null, 'beginner', 'time',
        array['jump_rope'], array['calves'], array['quadriceps', 'forearms', 'front_delts'],
        array[
            'Hold the handles at hip height with your elbows close to your sides.',
            'Turn the rope with your wrists.',
            'Jump just high enough for the rope to pass under your feet.',
            'Land softly on the balls of your feet and keep a steady rhythm.'
        ]
    ),
    (
        'burpee', 'Burpee', array['Burpees', 'Chest-to-Floor Burpee'],
        'conditioning', 'push', 'compound', 'intermediate', 'reps',
        '{}', array['quadriceps', 'chest'], array['triceps', 'front_delts', 'glutes', 'abs', 'calves'],
        array[
            'Squat down and place your hands on the floor in front of your feet.',
            'Jump your feet back and lower your chest to the floor.',
            'Push yourself up and jump your feet back toward your hands.',
            'Jump up with your arms overhead and land softly.'
        ]
    ),
    (
        'box-jump', 'Box Jump', array['Plyo Box Jump', 'Plyometric Box Jump'],
        'conditioning', 'push', 'compound', 'intermediate', 'reps',
        array['plyo_box'], array['quadriceps', 'glutes'], array['hamstrings', 'calves'],
        array[
            'Stand about a foot''s length in front of a sturdy box.',
            'Dip your hips and swing your arms back.',
            'Jump up and land softly on the whole of both feet.',
            'Stand up fully, then step down one foot at a time.'
        ]
    ),
    (
        'sled-push', 'Sled Push', array['Prowler Push', 'Prowler'],
        'conditioning', 'push', 'compound', 'intermediate', 'distance',
        array['sled'], array['quadriceps', 'glutes'], array['calves', 'hamstrings', 'triceps', 'abs'],
        array[
            'Load the sled and grip its posts with straight or slightly bent arms.',
            'Lean in until your body forms one line from hands to feet.',
            'Drive the sled forward with short, powerful steps.',
            'Keep your trunk braced and your back flat for the whole distance.'
        ]
    )
),

saved as (
    insert into public.exercises (
        id, slug, name, aliases, category, force, mechanic, level, measured_in, instructions
    )
    select
        md5('slow-burn:exercise:' || s.slug)::uuid as id,
        s.slug,
        s.name,
        s.aliases,
        s.category,
        s.force,
        s.mechanic,
        s.level,
        s.measured_in,
        s.instructions
    from source as s
    -- No user_id is given and nulls are not distinct here, so this meets rows of the catalogue only.
    on conflict (user_id, slug) do update
        set
            name = excluded.name,
            aliases = excluded.aliases,
            category = excluded.category,
            force = excluded.force,
            mechanic = excluded.mechanic,
            level = excluded.level,
            measured_in = excluded.measured_in,
            instructions = excluded.instructions
    returning id, slug
),

-- The parts of one statement all see the tables as they were before it, so none may undo what another does: links that
-- are not listed are dropped, links that are listed are added or put right, and no link is both.
listed_muscles as (
    select
        saved.id as exercise_id,
        unnest(s.primary_muscles) as muscle,
        'primary' as muscle_role
    from saved
    inner join source as s on saved.slug = s.slug
    union all
    select
        saved.id as exercise_id,
        unnest(s.secondary_muscles) as muscle,
        'secondary' as muscle_role
    from saved
    inner join source as s on saved.slug = s.slug
),

listed_equipment as (
    select
        saved.id as exercise_id,
        unnest(s.equipment) as equipment
    from saved
    inner join source as s on saved.slug = s.slug
),

dropped_muscles as (
    delete from public.exercise_muscles as em
    where
        em.exercise_id in (select saved.id from saved)
        and not exists (
            select from listed_muscles as lm
            where lm.exercise_id = em.exercise_id and lm.muscle = em.muscle
        )
),

dropped_equipment as (
    delete from public.exercise_equipment as ee
    where
        ee.exercise_id in (select saved.id from saved)
        and not exists (
            select from listed_equipment as le
            where le.exercise_id = ee.exercise_id and le.equipment = ee.equipment
        )
),

linked_muscles as (
    insert into public.exercise_muscles (exercise_id, muscle, role)
    select
        lm.exercise_id,
        lm.muscle,
        lm.muscle_role
    from listed_muscles as lm
    on conflict (exercise_id, muscle) do update set role = excluded.role
)

insert into public.exercise_equipment (exercise_id, equipment)
select
    le.exercise_id,
    le.equipment
from listed_equipment as le
on conflict (exercise_id, equipment) do nothing;
