# SPDX-License-Identifier: ISC
"""Text that would be code elsewhere: in SQL, in HTML, in a log."""

SQL = ["'", "''", '"', "';--", "' or '1'='1", "'; drop table mdm.device; --",
       "') returning 1; --", '\\', "\\'", "E'\\x27'", '$$; select 1; $$',
       '%s%n%d', '{1,2}', '{"a","b', 'NULL', '\\N', "1; select pg_sleep(9)",
       "' union select password_hash from mdm.account --", ',(select 1)',
       '\u02bc; \u2019; \uff07 --']
HTML = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>',
        "'><svg/onload=alert(1)>", 'javascript:alert(1)',
        'ms-app://x"onmouseover="alert(1)', '</body><h1>x</h1>',
        '&lt;script&gt;', '<!--', ']]><script>', '{{7*7}}', '${7*7}',
        '<iframe src="data:text/html,x">', '<a href=javascript:x>',
        '%3Cscript%3E', '\\u003cscript\\u003e', '<ScRiPt >x</sCrIpT>',
        '<html><body>', '<!DOCTYPE html>', '<meta http-equiv=refresh>',
        '\u2028\u2029<b>',
        '"\'><script>alert(1)</script><b onclick=x>&amp;',
        '</style><script>x</script>', '</title><script>x</script>',
        '\u2028<svg onload=1>', '"autofocus onfocus="alert(1)',
        "' autofocus onfocus='alert(1)", "';alert(1)//", '&#60;b&#62;',
        '&#x3c;script&#x3e;', '\uff1cscript\uff1e', '<svg><script>x',
        '<math><mtext><style><img src=x onerror=1>', '--><script>x</script>',
        '<base href=//evil.test>', '<form action=//evil.test><input>',
        '<object data=//evil.test>', '<link rel=stylesheet href=//evil.test>',
        'data:text/html,<script>x</script>', '` onclick=alert(1) `',
        '<noscript><p title="</noscript><img src=x onerror=1>">']
assert len(set(SQL)) == 20 and len(set(HTML)) == 40
