"""Reading what Strong and Hevy export."""

from typing import Any

import pytest

from backend.core.vocabulary import WeightUnit
from backend.imports.export_files import MAX_ERRORS, MAX_LINES, Export, UnreadableFileError, read_export

STRONG = "Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes,RPE"
ANDROID = (
    "Date;Workout Name;Exercise Name;Set Order;Weight;Weight Unit;Reps;RPE;Distance;Distance Unit;Seconds;Notes;"
    "Workout Notes;Workout Duration"
)
TODAY = (
    "Workout #;Date;Workout Name;Duration (sec);Exercise Name;Set Order;Weight (kg);Reps;RPE;Distance (meters);"
    "Seconds;Notes;Workout Notes"
)
HEVY = (
    "title,start_time,end_time,description,exercise_title,superset_id,exercise_notes,set_index,set_type,weight_kg,"
    "reps,distance_km,duration_seconds,rpe"
)


def read_whole(content: bytes, unit: WeightUnit | None = None) -> Export:
    reading = read_export(content, unit)
    while True:
        try:
            next(reading)
        except StopIteration as end:
            export: Export = end.value
            return export


def read(*lines: str, unit: WeightUnit | None = None) -> Export:
    return read_whole("\n".join(lines).encode(), unit)


def the_sets(*lines: str, unit: WeightUnit | None = None) -> list[dict[str, Any]]:
    export = read(*lines, unit=unit)
    assert export.errors == []
    (workout,) = export.workouts
    sets: list[dict[str, Any]] = workout["sets"]
    return sets


def test_a_file_of_strong() -> None:
    export = read(
        STRONG,
        '2023-01-15 17:35:12,Push Day,1h 10m,Bench Press (Barbell),W,40,10,0,0,"Wide grip, slow",,',
        '2023-01-15 17:35:12,Push Day,1h 10m,Bench Press (Barbell),1,80,5,0,0,"Wide grip, slow",Felt good,8.5',
        "2023-01-15 17:35:12,Push Day,1h 10m,Bench Press (Barbell),Rest Timer,0,0,0,120,,,",
        '2023-01-15 17:35:12,Push Day,1h 10m,Bench Press (Barbell),F,85,0,0,0,"Failed",,',
        "2023-01-15 17:35:12,Push Day,1h 10m,Plank,1,0,0,0,60,,,",
        "2023-01-17 07:00:00,Run,,Running,1,0,0,5.2,1800,,,",
    )
    assert export.errors == []
    push, run = export.workouts
    assert push == {
        "import_key": "2023-01-15T17:35:12 Push Day",
        "line": 2,
        "title": "Push Day",
        "started_at": "2023-01-15T17:35:12",
        "duration_seconds": 4200,
        "notes": None,
        "sets": [
            {
                "exercise": "Bench Press (Barbell)",
                "set_type": "warmup",
                "weight": 40,
                "reps": 10,
                "notes": "Wide grip, slow",
            },
            {
                "exercise": "Bench Press (Barbell)",
                "set_type": "working",
                "weight": 80,
                "reps": 5,
                "rpe": 8.5,
                "rest_seconds": 120,
            },
            # A load that was not lifted.
            {"exercise": "Bench Press (Barbell)", "set_type": "failure", "weight": 85, "reps": 0, "notes": "Failed"},
            {"exercise": "Plank", "set_type": "working", "duration_seconds": 60},
        ],
    }
    assert (run["duration_seconds"], run["sets"]) == (
        None,
        [{"exercise": "Running", "set_type": "working", "duration_seconds": 1800, "distance_meters": 5200}],
    )


def test_a_file_of_strong_for_android_tells_its_units() -> None:
    sets = the_sets(
        ANDROID,
        '2025-09-02 07:10:00;"Legs; heavy";Squat (Barbell);1;225.0;lbs;5.0;9;;;0;"";"";35m',
        '2025-09-02 07:10:00;"Legs; heavy";Cycling;1;0.0;lbs;0.0;;10.0;mi.;1800.0;"";"";35m',
    )
    assert (sets[0]["weight"], sets[0]["weight_unit"], sets[0]["reps"], sets[0]["rpe"]) == (225, "lb", 5, 9)
    assert (sets[1]["distance_meters"], sets[1]["duration_seconds"]) == (16093.44, 1800)


def test_a_file_of_strong_with_units_in_its_first_line() -> None:
    export = read(
        TODAY,
        '1;2026-09-20 18:00:00;"Push; heavy";3600;Bench Press (Barbell);W;40;10;;;;;Good day',
        '1;2026-09-20 18:00:00;"Push; heavy";3600;Bench Press (Barbell);D;80,5;8;8,5;;;Wide grip;',
        '1;2026-09-20 18:00:00;"Push; heavy";3600;Farmers Walk;1;40;;;30;;;',
    )
    assert export.errors == []
    (workout,) = export.workouts
    assert (workout["duration_seconds"], workout["notes"]) == (3600, "Good day")
    assert [(s["set_type"], s["weight"], s["weight_unit"]) for s in workout["sets"]] == [
        ("warmup", 40, "kg"),
        ("drop", 80.5, "kg"),
        ("working", 40, "kg"),
    ]
    assert (workout["sets"][1]["rpe"], workout["sets"][2]["distance_meters"]) == (8.5, 30)


def test_a_file_of_hevy() -> None:
    push_day = '"Push","28 Mar 2025, 17:29","28 Mar 2025, 18:30","Strong today",'
    export = read(
        HEVY,
        push_day + '"Bench Press (Barbell)",0,"Paused",0,warmup,40,10,,,',
        push_day + '"Bench Press (Barbell)",0,"Paused",1,normal,80,5,,,9',
        push_day + '"Face Pull",1,"",0,dropset,20.41166,15,,,',
        '"Run","29 Mar 2025, 07:00","",,"Running",,"",0,normal,,,5.25,1800,',
    )
    assert export.errors == []
    push, run = export.workouts
    assert push == {
        "import_key": "2025-03-28T17:29:00 Push",
        "line": 2,
        "title": "Push",
        "started_at": "2025-03-28T17:29:00",
        "completed_at": "2025-03-28T18:30:00",
        "notes": "Strong today",
        "sets": [
            {
                "exercise": "Bench Press (Barbell)",
                "set_type": "warmup",
                "weight": 40,
                "weight_unit": "kg",
                "reps": 10,
                "superset": 1,
                "notes": "Paused",
            },
            {
                "exercise": "Bench Press (Barbell)",
                "set_type": "working",
                "weight": 80,
                "weight_unit": "kg",
                "reps": 5,
                "rpe": 9,
                "superset": 1,
            },
            {
                "exercise": "Face Pull",
                "set_type": "drop",
                "weight": 20.412,
                "weight_unit": "kg",
                "reps": 15,
                "superset": 2,
            },
        ],
    }
    assert run["completed_at"] is None
    assert run["sets"] == [
        {"exercise": "Running", "set_type": "working", "duration_seconds": 1800, "distance_meters": 5250}
    ]


@pytest.mark.parametrize(
    "time", ["28 Mar 2025, 17:29", "2025-03-28T17:29:00", "2025-03-28 17:29", "Mar 28, 2025, 5:29 PM"]
)
def test_hevys_times_and_pounds(time: str) -> None:
    header = HEVY.replace("weight_kg", "weight_lbs").replace("distance_km", "distance_miles")
    export = read(header, f'"A","{time}",,,"Farmers Walk",,,0,normal,100,,0.5,,')
    assert export.errors == []
    assert export.workouts[0]["started_at"] == "2025-03-28T17:29:00"
    (carried,) = export.workouts[0]["sets"]
    assert (carried["weight"], carried["weight_unit"], carried["distance_meters"]) == (100, "lb", 804.672)


@pytest.mark.parametrize(("unit", "meters"), [(None, 3000), ("kg", 3000), ("lb", 4828.032)])
def test_a_unit_that_the_file_does_not_tell_is_given(unit: WeightUnit | None, meters: float) -> None:
    (carried,) = the_sets(STRONG, "2023-01-15 17:35:12,A,,Farmers Walk,1,100,0,3,0,,,", unit=unit)
    assert (carried.get("weight_unit"), carried["distance_meters"]) == (unit, meters)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("2023-01-15 17:35:12,A,,Squat,1,2001,5,,,,,", "weight: Input should be less than or equal to 2000"),
        ("2023-01-15 17:35:12,A,,Squat,1,-5,5,,,,,", "weight: Input should be greater than or equal to 0"),
        ("2023-01-15 17:35:12,A,,Squat,1,much,5,,,,,", "weight: 'much' is not a number"),
        ('2023-01-15 17:35:12,A,,Squat,1,"1,000",5,,,,,', "weight: '1,000' is not a number"),
        ("2023-01-15 17:35:12,A,,Squat,1,100,2.5,,,,,", "reps: '2.5' is not a whole number"),
        ("2023-01-15 17:35:12,A,,Squat,1,100,5,,,,,8.3", "rpe: Input should be a multiple of 0.5"),
        ("2023-01-15 17:35:12,A,,Squat,1,0,0,0,0,,,", "A set needs reps, duration_seconds or distance_meters"),
        ("2023-01-15 17:35:12,A,,,1,100,5,,,,,", "exercise: String should have at least 1 character"),
        ("yesterday,A,,Squat,1,100,5,,,,,", "The time 'yesterday' cannot be read"),
        ("1969-01-15 17:35:12,A,,Squat,1,100,5,,,,,", "The time '1969-01-15 17:35:12' is before 1970"),
        ("2023-01-15", "exercise: String should have at least 1 character"),
    ],
)
def test_a_line_that_cannot_be_read_is_reported_and_the_rest_is_read(cells: str, reason: str) -> None:
    export = read(STRONG, cells, "", "2023-01-15 17:35:12,A,,Squat,1,100,5,,,,,")
    (fault,) = export.errors
    assert fault[0] == 2
    assert reason in fault[1]
    assert [len(workout["sets"]) for workout in export.workouts] == [1]


def test_lines_are_counted_as_they_stand_in_the_file() -> None:
    export = read(STRONG, '2023-01-15 17:35:12,A,,Squat,1,100,5,,,"two\nlines",,', "never,A,,Squat,1,100,5,,,,,")
    assert [line for line, _ in export.errors] == [4]
    export = read(HEVY, '"A","28 Mar 2025, 17:29",,,"Squat",,,0,superb,100,5,,,')
    assert export.errors == [(2, "set_type: 'superb' is not a known type")]
    export = read(ANDROID, "2025-09-02 07:10:00;A;Run;1;;;;;10;parsecs;;;;")
    assert export.errors == [(2, "distance: 'parsecs' is not a known unit")]


def test_a_workout_has_its_limits() -> None:
    line = '"A","28 Mar 2025, 17:29",,,"Squat",{},,0,normal,100,5,,,'
    export = read(HEVY, *(line.format(number) for number in range(201)))
    assert export.errors == [(202, "A workout has at most 200 sets")]
    supersets = [s.get("superset") for s in export.workouts[0]["sets"]]
    assert supersets[:21] == [*range(1, 21), None]


@pytest.mark.parametrize(
    "text", ["2h", "2h 5m", "125m", "7500", "7500s", "1h 64m 60s"], ids=lambda text: text.replace(" ", "")
)
def test_durations(text: str) -> None:
    export = read(STRONG, f"2023-01-15 17:35:12,A,{text},Squat,1,100,5,,,,,")
    expected = 7200 if text == "2h" else 7500
    assert export.workouts[0]["duration_seconds"] == expected


@pytest.mark.parametrize("text", ["", "0", "long", "99h", "9" * 30])
def test_durations_that_tell_nothing(text: str) -> None:
    export = read(STRONG, f"2023-01-15 17:35:12,A,{text},Squat,1,100,5,,,,,")
    assert export.workouts[0]["duration_seconds"] is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "neither exercise_title"),
        (b"a,b\n1,2", "neither exercise_title"),
        (b'{"json": true}', "neither exercise_title"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"PK\x03\x04\x00", "NUL"),
        (STRONG.encode() + b"\n" + b"x" * 200_000, "Line 2 is longer than"),
    ],
    ids=["empty", "other", "json", "utf-16", "zip", "endless"],
)
def test_what_is_no_export_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(UnreadableFileError, match=message):
        read_whole(content)


def test_a_byte_order_mark_and_windows_lines_do_no_harm() -> None:
    content = "\ufeff" + STRONG + "\r\n2023-01-15 17:35:12,A,,Squat,1,100,5,,,,,\r\n"
    export = read_whole(content.encode())
    assert (len(export.workouts), export.errors) == (1, [])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(STRONG + "\n" + ",,,,\n" * MAX_LINES, "100001 lines", id="rows without anything"),
        pytest.param(STRONG + "\r" * (MAX_LINES + 1), "100001 lines", id="line ends of old computers"),
        pytest.param(STRONG + "\n" + "," * 10_000_000, "Line 2 is longer than", id="one endless row"),
        pytest.param("," * 10_000_000, "Line 1 is longer than", id="an endless header"),
        pytest.param(STRONG + "\n" + '"\n' + "x\n" * 60_000, "is longer than", id="a quote that nobody closes"),
        pytest.param(STRONG + "\n" + "," * 100, "Line 2 has 101 columns", id="many columns"),
        pytest.param(STRONG + "," * 100, "Line 1 has 112 columns", id="many columns in the header"),
    ],
)
def test_a_file_that_costs_too_much_is_refused(content: str, reason: str) -> None:
    with pytest.raises(UnreadableFileError, match=reason):
        read_whole(content.encode())


def test_a_file_of_too_many_lines_is_refused_before_any_is_read() -> None:
    reading = read_export(f"{STRONG}\n{'x,' * 5}\n".encode() + b"\n" * MAX_LINES, None)
    with pytest.raises(UnreadableFileError):
        next(reading)


def test_a_file_may_have_as_many_lines_as_the_limit() -> None:
    export = read_whole(f"{STRONG}\n".encode() + b",,,,\n" * (MAX_LINES - 1))
    assert (export.workouts, export.errors) == ([], [])


def test_a_row_may_go_on_over_several_lines() -> None:
    note = "\n".join(["slow"] * 400)
    export = read(STRONG, *[f'2023-01-1{day} 17:35:12,A,1h,Squat,1,80,5,0,0,,"{note}",' for day in range(9)], "never")
    assert len(export.workouts) == 9
    assert [line for line, _ in export.errors] == [2 + 9 * 400]


def test_only_the_first_errors_are_kept_and_none_quotes_a_whole_cell() -> None:
    export = read(HEVY, *[f"A,2023-01-15 17:35:12,,,Squat,,,0,{'x' * 1000},,5,,,"] * (MAX_ERRORS + 5))
    assert len(export.errors) == MAX_ERRORS
    assert max(len(reason) for _, reason in export.errors) < 100


def test_an_rpe_that_contradicts_the_rir_costs_neither_the_set_nor_its_other_values() -> None:
    start = "2025-03-28 17:29:00"
    lines = [f"Push,{start},,,Bench Press,,,0,normal,80,5,,,{rpe},{rir}" for rpe, rir in ((8, 4), (8.5, 1), (9, ""))]
    export = read(f"{HEVY},rir", *lines)
    assert export.errors == [(2, "rpe: left out, because it contradicts rir")]
    assert [(done.get("rpe"), done.get("rir")) for done in export.workouts[0]["sets"]] == [
        (None, 4),
        (8.5, 1),
        (9, None),
    ]
