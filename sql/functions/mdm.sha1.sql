-- SPDX-License-Identifier: ISC
-- SHA-1, as FIPS 180-4 has it: Windows names certificates by it.  It protects
-- nothing here.
create or replace function mdm.sha1(in_data bytea)
returns bytea
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_length int := length(in_data);
  v_data   bytea;
  v_word   bigint;
  h        bigint[] := '{1732584193,4023233417,2562383102,271733878,3285377520}';
  w        bigint[];
  a        bigint;
  c        bigint;
  d        bigint;
  e        bigint;
  f        bigint;
begin
  v_data := in_data || '\x80'::bytea
    || decode(repeat('00', (119 - v_length % 64) % 64), 'hex')
    || int8send(v_length::bigint * 8);
  for b in 0 .. length(v_data) / 64 - 1 loop
    for i in 0 .. 79 loop
      if i < 16 then
        v_word := (get_byte(v_data, b * 64 + i * 4)::bigint << 24)
          | (get_byte(v_data, b * 64 + i * 4 + 1) << 16)
          | (get_byte(v_data, b * 64 + i * 4 + 2) << 8)
          | get_byte(v_data, b * 64 + i * 4 + 3);
      else
        v_word := w[i - 2] # w[i - 7] # w[i - 13] # w[i - 15];
        v_word := ((v_word << 1) | (v_word >> 31)) & 4294967295;
      end if;
      w[i + 1] := v_word;
    end loop;
    a := h[1]; c := h[2]; d := h[3]; e := h[4]; f := h[5];
    for i in 0 .. 79 loop
      v_word := (((a << 5) | (a >> 27)) & 4294967295) + f + w[i + 1] + case
        when i < 20 then ((c & d) | (~c & 4294967295 & e)) + 1518500249
        when i < 40 then (c # d # e) + 1859775393
        when i < 60 then ((c & d) | (c & e) | (d & e)) + 2400959708
        else (c # d # e) + 3395469782 end;
      f := e;
      e := d;
      d := ((c << 30) | (c >> 2)) & 4294967295;
      c := a;
      a := v_word & 4294967295;
    end loop;
    h := array[h[1] + a, h[2] + c, h[3] + d, h[4] + e, h[5] + f];
    for i in 1 .. 5 loop
      h[i] := h[i] & 4294967295;
    end loop;
  end loop;
  return decode((select string_agg(lpad(to_hex(v), 8, '0'), '' order by n)
    from unnest(h) with ordinality as t (v, n)), 'hex');
end
$$;
comment on function mdm.sha1 is
  'SHA-1: Windows names certificates by it.';
