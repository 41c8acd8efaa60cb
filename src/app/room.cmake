# SPDX-License-Identifier: Apache-2.0
# The statements of the event sinks and of the metrics go into the binary.
embed_text(app event_outbox_statements src/app/event_outbox.sql)
embed_text(app metrics_statements src/app/metrics.sql)
