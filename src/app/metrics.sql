-- SPDX-License-Identifier: Apache-2.0
-- What the metrics file needs beside the outcome at hand. Scrubs and verifies keep rows of the same name; the canonical JSON of
-- `detail` tells a whole check from them.
-- name: metrics.last_success
-- any
select max(ended_at) from check_run where name = :name and outcome = 'in_step' and detail like '%"command":"check"%'
-- name: metrics.last_run
-- any
select started_at, ended_at, planned, evaluated, unreadable, notes, warnings, errors, waived, outcome, detail
from check_run where name = :name and ended_at is not null and detail like '%"command":"check"%'
order by ended_at desc, id desc limit 1
