-- Days and weeks are those of the user's time zone: across daylight saving, the date line and midnight on Sunday.
begin;
\ir helpers.psql
select plan(44);

-- Weeks begin at midnight before Monday, where the user lives.
create temporary table moments (moment timestamptz, timezone text, week_start date, description text);
insert into moments values
('2026-03-01 23:59:59Z', 'UTC', '2026-02-23', 'the last second of a week belongs to it'),
('2026-03-02 00:00:00Z', 'UTC', '2026-03-02', 'the first second of a week belongs to it'),
('2026-03-01 22:59:59Z', 'Europe/Berlin', '2026-02-23', 'in winter a week of Berlin begins at 23:00 UTC'),
('2026-03-01 23:00:00Z', 'Europe/Berlin', '2026-03-02', 'in winter a week of Berlin begins at 23:00 UTC'),
('2026-03-29 21:59:59Z', 'Europe/Berlin', '2026-03-23', 'after the clocks went forward it begins at 22:00 UTC'),
('2026-03-29 22:00:00Z', 'Europe/Berlin', '2026-03-30', 'after the clocks went forward it begins at 22:00 UTC'),
('2026-10-25 22:59:59Z', 'Europe/Berlin', '2026-10-19', 'after the clocks went back it begins at 23:00 UTC'),
('2026-10-25 23:00:00Z', 'Europe/Berlin', '2026-10-26', 'after the clocks went back it begins at 23:00 UTC'),
('2026-11-02 04:59:59Z', 'America/New_York', '2026-10-26', 'on the day of the change New York keeps its new time'),
('2026-11-02 05:00:00Z', 'America/New_York', '2026-11-02', 'on the day of the change New York keeps its new time'),
('2026-03-01 18:14:59Z', 'Asia/Kathmandu', '2026-02-23', 'a zone may differ by three quarters of an hour'),
('2026-03-01 18:15:00Z', 'Asia/Kathmandu', '2026-03-02', 'a zone may differ by three quarters of an hour'),
('2026-03-01 09:59:59Z', 'Pacific/Kiritimati', '2026-02-23', 'Kiritimati is the first to begin a week'),
('2026-03-01 10:00:00Z', 'Pacific/Kiritimati', '2026-03-02', 'Kiritimati is the first to begin a week'),
('2026-03-02 10:59:59Z', 'Pacific/Pago_Pago', '2026-02-23', 'Pago Pago is the last to begin a week'),
('2026-03-02 11:00:00Z', 'Pacific/Pago_Pago', '2026-03-02', 'Pago Pago is the last to begin a week'),
-- Samoa crossed the date line and had no Friday, 30 December 2011.
('2011-12-30 09:59:59Z', 'Pacific/Apia', '2011-12-26', 'a week without a Friday begins on its Monday'),
('2011-12-30 10:00:00Z', 'Pacific/Apia', '2011-12-26', 'a week without a Friday goes on with Saturday'),
('2012-01-01 09:59:59Z', 'Pacific/Apia', '2011-12-26', 'a week without a Friday ends on Sunday'),
('2012-01-01 10:00:00Z', 'Pacific/Apia', '2012-01-02', 'the week after it begins on Monday'),
('2026-12-31 12:00:00Z', 'UTC', '2026-12-28', 'a week goes on in the next year'),
('2027-01-03 12:00:00Z', 'UTC', '2026-12-28', 'a week began in the last year');
select is(private.start_of_week(m.moment, m.timezone), m.week_start, m.description || ' (' || m.moment || ')')
from moments as m;

-- A user whose clock is a week ahead, so that their weeks are never those of UTC. Profiles refuse such a zone.
alter table profiles disable trigger check_profile;
create function pg_temp.live_in(p_timezone text)
returns void
language sql
as $$
    update profiles set timezone = p_timezone, weekly_target = 1
    where user_id = '00000000-0000-4000-8000-00000000000a';
    delete from workouts;
    delete from paused_weeks;
$$;
create function pg_temp.train(p_at timestamptz)
returns void
language sql
as $$
    insert into workouts (user_id, completed_at, has_work) values ('00000000-0000-4000-8000-00000000000a', p_at, true)
$$;
create function pg_temp.summary(p_path text)
returns text
language sql
as $$select pg_temp.run('owner', format('select get_progress_summary(3) #>> %L', p_path))$$;
-- Midnight before the Monday so many weeks ago, where the owner lives.
create function pg_temp.monday(p_weeks_ago integer)
returns timestamptz
language sql
as $$
    select
        (date_trunc('week', now() at time zone p.timezone) - make_interval(weeks => p_weeks_ago)) at time zone p.timezone
    from profiles as p where p.display_name = 'owner'
$$;

select pg_temp.live_in('<ahead>-167:59:59');
select pg_temp.train(now() - interval '7 days');
select is(pg_temp.summary('{streak,current}'), '1', 'a workout of last week keeps the streak of the user''s weeks');
select pg_temp.live_in('<ahead>-167:59:59');
select pg_temp.train(now() - interval '14 days');
select is(pg_temp.summary('{streak,current}'), '0', 'a workout of the week before does not');
select is(
    pg_temp.run('owner', 'select pause_streak() #>> ''{streak,paused}'''), 'true', 'a pause begins in the user''s week'
);
select is(
    pg_temp.run('owner', 'select jsonb_array_length(resume_streak() -> ''paused_weeks'')'), '0',
    'ending a pause ends that of the user''s week'
);
select is(
    pg_temp.run('owner', $$
        select e ->> 'reason'
        from log_workout('{"sets": [{"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "reps": 5}]}') as logged,
            jsonb_path_query(logged::jsonb, '$.affinity.events[*] ? (@.kind == "weekly_streak")') as e
    $$),
    'Trained once this week',
    'a workout meets the target of the user''s week'
);
select is(
    (
        select e.source from affinity_events as e
        where e.kind = 'weekly_streak'
    ),
    'week:' || to_char(pg_temp.monday(0) at time zone '<ahead>-167:59:59', 'YYYY-MM-DD'),
    'the award is for the user''s week'
);

-- The weeks of the summary. The first begins at midnight before Monday.
create function pg_temp.sessions(p_timezone text)
returns text
language plpgsql
as $$
begin
    perform pg_temp.live_in(p_timezone);
    perform pg_temp.train(pg_temp.monday(2) - interval '1 second');
    perform pg_temp.train(pg_temp.monday(2));
    perform pg_temp.train(pg_temp.monday(1) - interval '1 second');
    perform pg_temp.train(pg_temp.monday(1));
    perform pg_temp.train(pg_temp.monday(0) - interval '1 second');
    perform pg_temp.train(pg_temp.monday(0));
    return pg_temp.run('owner', $q$
        select string_agg(week ->> 'sessions', ' ') from jsonb_path_query(get_progress_summary(3)::jsonb, '$.weeks[*]') as week
    $q$);
end
$$;
select is(pg_temp.sessions(z.name), '2 2 1', 'the weeks of a summary begin at midnight in ' || z.name)
from (
    values ('UTC'), ('Pacific/Kiritimati'), ('Pacific/Pago_Pago'), ('America/St_Johns'), ('Europe/Berlin')
) as z (name);
select is(
    pg_temp.summary('{streak}')::jsonb, '{"current": 4, "longest": 4, "paused": false}', 'so do those of streaks'
);
select is_empty(
    $$
        select week #>> '{}' from jsonb_path_query(
            pg_temp.run('owner', 'select get_progress_summary(104)')::jsonb, '$.weeks[*].week_start'
        ) as week
        where extract(isodow from (week #>> '{}')::date) <> 1
    $$,
    'every week of two years begins on a Monday, daylight saving or not'
);
select is(
    (
        select count(distinct week) from jsonb_path_query(
            pg_temp.run('owner', 'select get_progress_summary(104)')::jsonb, '$.weeks[*].week_start'
        ) as week
    ),
    104::bigint,
    'every week of two years is listed once'
);

-- Series and adherence.
delete from workouts;
select pg_temp.run('owner', 'select update_profile(''{"timezone": "Europe/Berlin"}'')');
create temporary table plan as
select pg_temp.run('owner', $$
        select create_plan('{"name": "Plan", "days": [{"day": 1, "exercises": [
            {"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "sets": [{}]}
        ]}]}') ->> 'id'
    $$)::uuid as id;
create function pg_temp.squat(p_at text)
returns text
language sql
as $$
    select pg_temp.run('owner', format('select log_workout(%L) #>> ''{workout,id}''', jsonb_build_object(
        'plan_id', plan.id, 'plan_day', 1, 'completed_at', p_at, 'sets', jsonb_build_array(jsonb_build_object(
            'exercise_id', 'bb6924d2-d3b5-68ea-1667-8a551e3569ff', 'reps', 5, 'weight', 100
        ))
    ))) from plan
$$;
create function pg_temp.dates(p_from text, p_to text)
returns text
language sql
as $$
    select pg_temp.run('owner', format(
        'select string_agg(point ->> ''date'', '' '') from jsonb_path_query(
            get_exercise_progress(''bb6924d2-d3b5-68ea-1667-8a551e3569ff'', %L, %L), ''$.points[*]''
        ) as point',
        p_from, p_to
    ))
$$;
-- The clocks of Berlin went forward on Sunday, 29 March 2026, a day of 23 hours from 23:00 UTC to 22:00 UTC.
select pg_temp.squat(moment) from (
    values ('2026-03-28T22:59:59Z'), ('2026-03-28T23:00:00Z'), ('2026-03-29T21:59:59Z'), ('2026-03-29T22:00:00Z')
) as trained (moment);
select is(pg_temp.dates('2026-03-29', '2026-03-29'), '2026-03-29 2026-03-29', 'a series has the days of the user');
select is(pg_temp.dates('2026-03-30', null), '2026-03-30', 'a series begins at midnight');
select is(pg_temp.dates(null, '2026-03-28'), '2026-03-28', 'a series ends at midnight');
select is(
    pg_temp.run('owner', (select format('select get_adherence(%L) -> ''weeks''', plan.id) from plan))::jsonb,
    '[{"week_start": "2026-03-23", "sessions": 3}, {"week_start": "2026-03-30", "sessions": 1}]',
    'adherence counts in the weeks of the user'
);

-- Today.
create function pg_temp.due_on(p_timezone text)
returns date
language sql
as $$
    select pg_temp.run('owner', format('select update_profile(%L)', jsonb_build_object('timezone', p_timezone)));
    select pg_temp.run('owner', format('select get_next_session(%L) ->> ''due_on''', plan.id))::date from plan
$$;
select is(
    pg_temp.due_on('Pacific/Kiritimati'), (now() at time zone 'Pacific/Kiritimati')::date,
    'a session is due today in Kiritimati'
);
select is(
    pg_temp.due_on('Pacific/Pago_Pago'), (now() at time zone 'Pacific/Pago_Pago')::date,
    'a session is due today in Pago Pago'
);
select pg_temp.serve('owner', 'select begin_chat_turn(''Hello'')');
select is(
    pg_temp.serve(
        'owner', (select format('select get_chat_context(%L) #>> ''{user,local_time}''', m.id) from messages as m)
    ),
    to_char(now() at time zone 'Pacific/Pago_Pago', 'FMDay, YYYY-MM-DD HH24:MI'),
    'the companion knows the time of the user'
);

-- Imports have the times of the user's clock.
delete from workouts;
select pg_temp.run('owner', 'select update_profile(''{"timezone": "Europe/Berlin"}'')');
select pg_temp.run('owner', $$
    select import_workouts('{"workouts": [
        {"import_key": "winter", "line": 2, "started_at": "2023-03-25T10:00:00", "duration_seconds": 60,
        "sets": [{"exercise": "Back Squat", "reps": 5}]},
        {"import_key": "summer", "line": 3, "started_at": "2023-03-26T10:00:00", "duration_seconds": 60,
        "sets": [{"exercise": "Back Squat", "reps": 5}]}
    ]}')
$$);
select is(
    (select array_agg(w.started_at order by w.started_at) from workouts as w),
    '{2023-03-25 09:00:00+00,2023-03-26 08:00:00+00}',
    'an import reads times by the clock of the user, daylight saving or not'
);

select line from finish() as line;
rollback;
