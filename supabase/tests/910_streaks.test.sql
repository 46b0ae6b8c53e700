-- Streaks: weeks in a row that met the target, paused weeks left out, and the current week never breaks one.
begin;
\ir helpers.psql
select plan(37);

-- Noon on the Monday so many weeks ago.
create function pg_temp.monday(p_weeks_ago integer)
returns timestamptz
language sql
as $$
    select (date_trunc('week', now() at time zone 'UTC') - make_interval(weeks => p_weeks_ago)) at time zone 'UTC'
$$;

-- The streak of the owner with a workout, or several, in each of these weeks, and these weeks paused.
create function pg_temp.streak(p_weeks_ago integer[], p_paused integer[] default '{}', p_workouts integer default 1)
returns text
language plpgsql
as $$
begin
    delete from workouts where user_id = '00000000-0000-4000-8000-00000000000a';
    delete from paused_weeks where user_id = '00000000-0000-4000-8000-00000000000a';
    delete from earlier_targets where user_id = '00000000-0000-4000-8000-00000000000a';
    insert into workouts (user_id, completed_at, has_work)
    select '00000000-0000-4000-8000-00000000000a', pg_temp.monday(week), true
    from unnest(p_weeks_ago) as week, generate_series(1, p_workouts);
    insert into paused_weeks (user_id, week_start)
    select '00000000-0000-4000-8000-00000000000a', pg_temp.monday(week)::date from unnest(p_paused) as week;
    return pg_temp.run('owner', $q$
        select format('%s of %s', s ->> 'current', s ->> 'longest') || case s ->> 'paused' when 'true' then ' paused' else '' end
        from (select get_progress_summary(1) -> 'streak') as summary (s)
    $q$);
end
$$;

select pg_temp.run('owner', 'select update_profile(''{"weekly_target": 1}'')');

-- Weeks in a row.
select is(pg_temp.streak('{}'), '0 of 0', 'without workouts there is no streak');
select is(pg_temp.streak('{0}'), '1 of 1', 'this week counts when it meets the target');
select is(pg_temp.streak('{1}'), '1 of 1', 'last week counts while this week has time left');
select is(pg_temp.streak('{2}'), '0 of 1', 'a week without workouts ends a streak');
select is(pg_temp.streak('{3,2,1}'), '3 of 3', 'weeks in a row are counted');
select is(pg_temp.streak('{3,2,1,0}'), '4 of 4', 'this week is added when it meets the target');
select is(pg_temp.streak('{3,2}'), '0 of 2', 'an ended streak can be the longest');
select is(pg_temp.streak('{6,5,4,1}'), '1 of 3', 'the longest streak may be an earlier one');
select is(pg_temp.streak('{6,5,2,1,0}'), '3 of 3', 'the current streak may be the longest');
select is(pg_temp.streak('{60,59,58}'), '0 of 3', 'a streak of last year is remembered');

-- The target. It counts from the week in which the user set it.
select is(pg_temp.streak('{3,2,1}'), '3 of 3', 'three weeks met a target of 1');
select pg_temp.run('owner', 'select update_profile(''{"weekly_target": 7}'')');
select is(
    pg_temp.run('owner', $$select get_progress_summary(1) #>> '{streak,current}'$$), '3',
    'raising the target leaves earlier weeks as they were'
);
update earlier_targets set until = until - 14;
select is(
    pg_temp.run('owner', $$select get_progress_summary(1) #>> '{streak,longest}'$$), '1',
    'a target that was raised two weeks ago counts for the last two weeks'
);
delete from earlier_targets;
delete from workouts;
select pg_temp.run('owner', 'select update_profile(''{"weekly_target": 2}'')');
select is((select count(*) from earlier_targets), 0::bigint, 'without workouts, a new target counts for all weeks');
select is(pg_temp.streak('{2,1}'), '0 of 0', 'a week below the target does not count');
select is(pg_temp.streak('{2,1}', p_workouts => 2), '2 of 2', 'a week that just meets the target counts');
select is(pg_temp.streak('{2,1}', p_workouts => 3), '2 of 2', 'a week beyond the target counts once');
select pg_temp.run('owner', 'select update_profile(''{"weekly_target": 1}'')');

-- Pauses.
select is(pg_temp.streak('{3,1}', '{2}'), '2 of 2', 'a paused week does not end a streak');
select is(pg_temp.streak('{5,1}', '{4,3,2}'), '2 of 2', 'several paused weeks in a row do not end a streak');
select is(pg_temp.streak('{6,4,2,1}', '{5,3}'), '4 of 4', 'pauses between weeks do not end a streak');
select is(pg_temp.streak('{4,1}', '{2}'), '1 of 1', 'a week without workouts beside a pause ends a streak');
select is(pg_temp.streak('{3,2,1}', '{2}'), '3 of 3', 'a paused week that meets the target counts');
select is(pg_temp.streak('{2}', '{1}'), '1 of 1', 'a pause last week keeps the streak alive');
select is(pg_temp.streak('{3}', '{2,1}'), '1 of 1', 'a pause of two weeks keeps the streak alive');
select is(pg_temp.streak('{2}', '{0}'), '0 of 1 paused', 'a pause this week does not bring an ended streak back');
select is(pg_temp.streak('{1}', '{0}'), '1 of 1 paused', 'a pause this week is shown');
select is(pg_temp.streak('{1,0}', '{0}'), '2 of 2 paused', 'a paused week counts when it meets the target');
select is(pg_temp.streak('{}', '{2,1,0}'), '0 of 0 paused', 'paused weeks are no streak');
select is(pg_temp.streak('{1}', '{8,7}'), '1 of 1', 'a pause before the first workout changes nothing');

-- Which weeks can be paused.
create function pg_temp.pause(p_weeks integer, p_weeks_from_now integer)
returns text
language sql
as $$
    select pg_temp.run('owner', format(
        'select pause_streak(%L, %L) -> ''paused_weeks'' ->> -1', p_weeks, pg_temp.monday(-p_weeks_from_now)::date + 3
    ))
$$;
delete from paused_weeks;
select is(pg_temp.pause(1, -4), pg_temp.monday(4)::date::text, 'a pause may begin four weeks ago');
select is(pg_temp.pause(1, -5), 'PT422 invalid_pause', 'a pause does not begin five weeks ago');
select is(pg_temp.pause(1, 52), pg_temp.monday(-52)::date::text, 'a pause may begin in 52 weeks');
select is(pg_temp.pause(1, 53), 'PT422 invalid_pause', 'a pause does not begin in 53 weeks');
select is(pg_temp.pause(12, 52), pg_temp.monday(-63)::date::text, 'a pause has up to 12 weeks');
select is(pg_temp.pause(0, 0), 'PT422 invalid_pause', 'a pause has at least one week');
select is(
    pg_temp.run('owner', 'select jsonb_array_length(resume_streak() -> ''paused_weeks'')'), '1',
    'ending a pause ends those to come too'
);
select is(
    pg_temp.run('stranger', 'select pause_streak() -> ''paused_weeks'' ->> 0'), pg_temp.monday(0)::date::text,
    'a pause begins this week by default'
);

select line from finish() as line;
rollback;
