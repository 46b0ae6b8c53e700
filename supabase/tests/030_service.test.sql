-- Functions that only the service may call: over its own connection, or with its secret through the Data API.
begin;
\ir helpers.psql

-- A request that carries this secret, or none at all.
create function pg_temp.run_with(p_secret text, p_who text, p_query text)
returns text
language plpgsql
as $$
declare
    v_result text;
begin
    perform set_config('request.headers', jsonb_build_object('x-service-secret', p_secret)::text, true);
    v_result := pg_temp.run(p_who, p_query);
    perform set_config('request.headers', '', true);
    return v_result;
end
$$;

-- Adds a secret as the owner of the database does. Returns the code of the error, if there is one.
create function pg_temp.add(p_secret text)
returns text
language plpgsql
as $$
declare
    v_detail text;
begin
    perform private.add_service_secret(p_secret);
    return 'added';
exception when others then
    get stacked diagnostics v_detail = pg_exception_detail;
    return pg_temp.error_code(sqlstate, v_detail);
end
$$;

create temporary table service_calls (name text, query text, answer text);
insert into service_calls values
('begin_chat_turn', 'select begin_chat_turn('''')', '23514'),
('get_chat_context', 'select get_chat_context(null)', 'PT404 conversation_not_found'),
('complete_chat_turn', 'select complete_chat_turn(null, ''{}'')', 'PT404 conversation_not_found'),
('claim_unembedded_memories', 'select claim_unembedded_memories() -> ''memories''', '[]'),
('store_embeddings', 'select store_embeddings(''{"memories": []}'') ->> ''stored''', '0');

select plan(8 * (select count(*)::integer from service_calls) + 16);

select is(pg_temp.run('owner', c.query), 'PT403 service_only', 'a user cannot call ' || c.name)
from service_calls as c;
select is(pg_temp.run('anon', c.query), '42501', 'anon cannot call ' || c.name)
from service_calls as c;
select
    is(
        pg_temp.run_with('the secret of another service in the tests', 'owner', c.query),
        'PT403 service_only',
        'a user with a wrong secret cannot call ' || c.name
    )
from service_calls as c;
select
    is(
        pg_temp.run_with('', 'owner', c.query),
        'PT403 service_only',
        'a user with an empty secret cannot call ' || c.name
    )
from service_calls as c;
select
    is(
        pg_temp.run_with(null, 'owner', c.query),
        'PT403 service_only',
        'a user with a null secret cannot call ' || c.name
    )
from service_calls as c;
select
    is(
        pg_temp.run_with((
            select encode(s.hash, 'escape') from service_secrets as s
        ), 'owner', c.query),
        'PT403 service_only',
        'a user with the stored hash cannot call ' || c.name
    )
from service_calls as c;
select is(pg_temp.serve('owner', c.query), c.answer, 'the service can call ' || c.name)
from service_calls as c;
select is(pg_temp.serve('anon', c.query), '42501', 'the service cannot call ' || c.name || ' for anon')
from service_calls as c;

-- Rotation: the new secret is added, the service is restarted with it, and the old one is deleted.
select lives_ok(
    $$select private.add_service_secret('the next secret of the service in the tests')$$, 'a second secret is added'
);
select is(
    pg_temp.serve('owner', 'select claim_unembedded_memories() -> ''memories'''), '[]', 'the first secret is valid'
);
select is(
    pg_temp.run_with(
        'the next secret of the service in the tests', 'owner', 'select claim_unembedded_memories() -> ''memories'''
    ),
    '[]',
    'the second secret is valid too'
);
delete from private.service_secrets
where hash = sha256(convert_to('the secret of the service in the tests', 'UTF8'));
select is(
    pg_temp.serve('owner', 'select claim_unembedded_memories() -> ''memories'''),
    'PT403 service_only',
    'a deleted secret is not valid any more'
);
select is(
    pg_temp.run_with(
        'the next secret of the service in the tests', 'owner', 'select claim_unembedded_memories() -> ''memories'''
    ),
    '[]',
    'the other secret stays valid'
);
select lives_ok(
    $$select private.add_service_secret('the next secret of the service in the tests')$$,
    'adding a secret again is no error'
);
select is((select count(*) from service_secrets), 1::bigint, 'a secret is stored once');

-- Secrets are long, and stored as hashes.
select is(pg_temp.add(repeat('x', 31)), 'PT422 weak_service_secret', 'a secret of 31 characters is refused');
select is(pg_temp.add(repeat('x', 32)), 'added', 'a secret of 32 characters is accepted');
select is(pg_temp.add(null), 'PT422 weak_service_secret', 'null is no secret');
select is_empty(
    $$select from service_secrets as s where position(convert_to('secret', 'UTF8') in s.hash) > 0$$,
    'a secret is not stored itself'
);
select throws_ok(
    $$insert into service_secrets (hash) values (convert_to('a secret without a hash', 'UTF8'))$$,
    '23514', null, 'a hash has 32 bytes'
);

-- Nobody but the owner of the database adds or reads secrets.
select
    is(
        pg_temp.run(who.name, 'select private.add_service_secret(repeat(''y'', 32))'),
        '42501',
        who.name || ' cannot add a secret'
    )
from (values ('owner'), ('anon')) as who (name);
select
    is(
        pg_temp.run(who.name, 'select hash from private.service_secrets'),
        '42501',
        who.name || ' cannot read the secrets'
    )
from (values ('owner'), ('anon')) as who (name);

select line from finish() as line;
rollback;
