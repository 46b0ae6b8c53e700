-- How similar two names are, measured without a contrib extension.

-- Each pair of neighbouring letters becomes one bit. A pair ignores the order of its letters, so that swapped letters,
-- the most common typing error, cost little. The first letter also pairs with the beginning of the text, and the last
-- one with its end. Modulo 37, the 26 letters, nine of the digits and both edges are different, which makes 703 pairs.
-- Other characters share these bits, and only blur the measure.
create function private.letter_pairs(p_text text)
returns bit(703)
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return (
        with
        pairs as (
            select
                greatest(code.one, code.next) as higher,
                least(code.one, code.next) as lower
            -- The codes of ` and _ lie just before those of the letters, so both edges have numbers of their own.
            from (select '`' || p_text || '_' as letters) as edged
            cross join lateral pg_catalog.generate_series(1, pg_catalog.char_length(edged.letters) - 1) as place
            cross join lateral (
                select
                    pg_catalog.ascii(pg_catalog.substr(edged.letters, place, 1)) % 37 as one,
                    pg_catalog.ascii(pg_catalog.substr(edged.letters, place + 1, 1)) % 37 as next
            ) as code
        )
        select pg_catalog.bit_or(
            pg_catalog.set_bit(
                pg_catalog.repeat('0', 703)::bit(703), pairs.higher * (pairs.higher + 1) / 2 + pairs.lower, 1
            )
        )
        from pairs
    );
end
$$;
comment on function private.letter_pairs(text) is
'The pairs of neighbouring letters in a text, as a set of bits; null for null.';
grant execute on function private.letter_pairs(text) to authenticated;


create function private.likeness(p_one bit, p_other bit)
returns real
language sql
immutable
security invoker
return (
    2.0 * pg_catalog.bit_count(p_one & p_other)
    / nullif(pg_catalog.bit_count(p_one) + pg_catalog.bit_count(p_other), 0)
)::real;
comment on function private.likeness(bit, bit) is
'How similar two sets of letter pairs are, from 0 to 1 (Dice''s coefficient); null if both are empty.';
grant execute on function private.likeness(bit, bit) to authenticated;


create function private.stemmed_pairs(p_words text[])
returns bit(703)
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return (
        -- The stems are joined to one word, so that "push up" and "pushup" are alike, while the order still matters.
        select private.letter_pairs(
            coalesce(pg_catalog.string_agg(private.word_stem(listed.word), '' order by listed.place), '')
        )
        from pg_catalog.unnest(p_words) with ordinality as listed (word, place)
    );
end
$$;
comment on function private.stemmed_pairs(text[]) is 'The letter pairs of the stems of some words, joined to one word.';
grant execute on function private.stemmed_pairs(text[]) to authenticated;


create function private.search_pairs(p_names text[])
returns bit(703)[]
language sql
immutable
security invoker
set search_path = ''
as $$
    select pg_catalog.array_agg(private.stemmed_pairs(private.search_words(given.name)) order by given.ordinality)
    from pg_catalog.unnest(p_names) with ordinality as given (name, ordinality)
$$;
comment on function private.search_pairs(text[]) is 'The letter pairs of each name, in the same order.';
grant execute on function private.search_pairs(text[]) to authenticated;
