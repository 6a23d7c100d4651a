{{/* Rules that several NetworkPolicies share. */}}
{{- define "slimmer.dnsEgress" -}}
- ports:
    {{- range .Values.networkPolicy.dnsPorts }}
    - {port: {{ . }}, protocol: UDP}
    - {port: {{ . }}, protocol: TCP}
    {{- end }}
  {{- with .Values.networkPolicy.dnsTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{- define "slimmer.databaseEgress" -}}
{{- if eq .Values.postgres.mode "bundled" -}}
- ports:
    - {port: 5432, protocol: TCP}
  to:
    - podSelector:
        matchLabels:
          {{- include "slimmer.selectorLabels" (dict "root" . "component" "postgres") | nindent 10 }}
{{- else if eq .Values.postgres.mode "cnpg" -}}
- ports:
    - {port: 5432, protocol: TCP}
  to:
    - podSelector:
        matchLabels:
          cnpg.io/cluster: {{ include "slimmer.fullname" . }}-postgres
{{- else -}}
- ports:
    - {port: {{ int64 .Values.postgres.external.port }}, protocol: TCP}
  {{- with .Values.networkPolicy.databaseTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Scrapes: (dict "root" $ "port" 9464). */}}
{{- define "slimmer.metricsIngress" -}}
- ports:
    - {port: {{ .port }}, protocol: TCP}
  {{- with .root.Values.networkPolicy.metricsFrom }}
  from:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
