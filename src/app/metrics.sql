-- SPDX-License-Identifier: Apache-2.0
-- What the metrics file needs beside the outcome at hand. Scrubs and verifies keep rows of the same name; the canonical JSON of
-- `detail` tells a whole check from them.
-- name: metrics.last_success
-- any
select max(ended_at) from check_run where name = :name and outcome = 'in_step' and detail like '%"command":"check"%'
