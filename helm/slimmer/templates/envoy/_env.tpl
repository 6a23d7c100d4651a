{{/* The settings of the edge: Envoy's configuration is made from these and nothing else, so a change of one rolls the pods. */}}
{{- define "slimmer.edgeEnv" -}}
{{- $envoy := .Values.envoy -}}
{{- $fullname := include "slimmer.fullname" . -}}
- name: SLIMMER_EDGE_LISTEN
  value: 0.0.0.0:8443
- name: SLIMMER_EDGE_STATS_LISTEN
  value: 0.0.0.0:9465
- name: SLIMMER_EDGE_ADMIN_LISTEN
  value: 127.0.0.1:9901
- name: SLIMMER_EDGE_CONFIG_DIR
  value: /etc/slimmer/edge
- name: SLIMMER_EDGE_TLS_DIR
  value: /etc/slimmer/tls
- name: SLIMMER_EDGE_GRPC_HOSTS
  value: {{ include "slimmer.names" .Values.hosts.grpc | quote }}
- name: SLIMMER_EDGE_WEB_HOSTS
  value: {{ include "slimmer.names" .Values.hosts.web | quote }}
{{- with include "slimmer.names" $envoy.deviceHosts }}
- name: SLIMMER_EDGE_DEVICE_HOSTS
  value: {{ . | quote }}
- name: SLIMMER_EDGE_DEVICE_CA_FILE
  value: /etc/slimmer/device-ca/ca.crt
{{- end }}
# The short name is the first that the resolver asks for: one DNS query each time, whatever the cluster's domain is.
- name: SLIMMER_EDGE_SERVE
  value: {{ $fullname }}-serve:50051
{{- if .Values.web.enabled }}
- name: SLIMMER_EDGE_WEB
  value: {{ $fullname }}-web:8080
{{- end }}
{{- with $envoy.corsOrigins }}
- name: SLIMMER_EDGE_CORS_ORIGINS
  value: {{ join "," . | quote }}
{{- end }}
- name: SLIMMER_EDGE_REFLECTION
  value: {{ .Values.reflection | quote }}
- name: SLIMMER_EDGE_REQUESTS_PER_SECOND
  value: {{ int64 $envoy.rateLimits.requestsPerSecond | quote }}
- name: SLIMMER_EDGE_CONNECTION_REQUESTS_PER_SECOND
  value: {{ int64 $envoy.rateLimits.connectionRequestsPerSecond | quote }}
- name: SLIMMER_EDGE_MAX_CONNECTIONS
  value: {{ int64 $envoy.maxConnections | quote }}
- name: SLIMMER_EDGE_MAX_HEAP_BYTES
  value: {{ int64 $envoy.maxHeapBytes | quote }}
- name: SLIMMER_EDGE_TRUSTED_HOPS
  value: {{ int64 $envoy.trustedHops | quote }}
- name: SLIMMER_EDGE_UNARY_TIMEOUT
  value: {{ $envoy.unaryTimeout }}
- name: SLIMMER_EDGE_STREAM_IDLE
  value: {{ $envoy.streamIdle }}
- name: SLIMMER_EDGE_ACCESS_LOG
  value: {{ $envoy.accessLog }}
{{- end }}

{{- define "slimmer.drainEnv" -}}
- name: SLIMMER_EDGE_ADMIN_LISTEN
  value: 127.0.0.1:9901
- name: SLIMMER_DRAIN_DELAY
  value: {{ int64 .Values.envoy.drainDelaySeconds }}s
- name: SLIMMER_EDGE_DRAIN
  value: {{ int64 .Values.envoy.drainSeconds }}s
- name: SLIMMER_LOG_LEVEL
  value: {{ .Values.logLevel }}
{{- end }}
