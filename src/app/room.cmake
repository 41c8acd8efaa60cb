# SPDX-License-Identifier: Apache-2.0
# The statements of the event sinks and of the metrics go into the binary.
embed_text(app event_sink_statements src/app/event_sink.sql)
embed_text(app metrics_statements src/app/metrics.sql)
