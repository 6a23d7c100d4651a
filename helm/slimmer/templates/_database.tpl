{{/* How the processes reach PostgreSQL. The secret is a file, so that it shows neither in the pod's description nor in child processes. */}}
{{- define "slimmer.databaseHost" -}}
{{- $fullname := include "slimmer.fullname" . -}}
{{- if eq .Values.postgres.mode "bundled" }}{{ $fullname }}-postgres
{{- else if eq .Values.postgres.mode "cnpg" }}{{ $fullname }}-postgres-rw
{{- else }}{{ .Values.postgres.external.host }}
{{- end }}
{{- end }}

{{- define "slimmer.databaseSecret" -}}
{{- $fullname := include "slimmer.fullname" . -}}
{{- if eq .Values.postgres.mode "bundled" }}{{ .Values.postgres.auth.existingSecret | default (printf "%s-postgres" $fullname) }}
{{- else if eq .Values.postgres.mode "cnpg" }}{{ $fullname }}-postgres-app
{{- else }}{{ .Values.postgres.external.existingSecret }}
{{- end }}
{{- end }}

{{- define "slimmer.databaseSecretKey" -}}
{{- if eq .Values.postgres.mode "bundled" }}{{ .Values.postgres.auth.passwordKey }}
{{- else if eq .Values.postgres.mode "cnpg" }}password
{{- else }}{{ .Values.postgres.external.uriKey | default .Values.postgres.external.passwordKey }}
{{- end }}
{{- end }}

{{/* The Secret of the authorities of the database's certificate, or nothing. The bundled one speaks no TLS: a NetworkPolicy guards it. */}}
{{- define "slimmer.databaseCaSecret" -}}
{{- if eq .Values.postgres.mode "cnpg" }}{{ include "slimmer.fullname" . }}-postgres-ca
{{- else if eq .Values.postgres.mode "external" }}{{ .Values.postgres.external.caSecret }}
{{- end }}
{{- end }}

{{- define "slimmer.databaseEnv" -}}
{{- $external := .Values.postgres.external -}}
{{- if and (eq .Values.postgres.mode "external") $external.uriKey }}
- name: SLIMMER_DATABASE_URL_FILE
  value: /etc/slimmer/database/secret
{{- else }}
- name: SLIMMER_DATABASE_HOST
  value: {{ include "slimmer.databaseHost" . | quote }}
- name: SLIMMER_DATABASE_PASSWORD_FILE
  value: /etc/slimmer/database/secret
{{- if eq .Values.postgres.mode "external" }}
- name: SLIMMER_DATABASE_PORT
  value: {{ int64 $external.port | quote }}
- name: SLIMMER_DATABASE_NAME
  value: {{ $external.name | quote }}
- name: SLIMMER_DATABASE_USER
  value: {{ $external.user | quote }}
{{- end }}
{{- end }}
- name: SLIMMER_DATABASE_WAIT
  value: {{ .Values.databaseWait }}
- name: SLIMMER_DATABASE_SSL_MODE
  value: {{ get (dict "bundled" "disable" "cnpg" "verify-full" "external" $external.sslMode) .Values.postgres.mode }}
{{- if include "slimmer.databaseCaSecret" . }}
- name: SLIMMER_DATABASE_SSL_CA_FILE
  value: /etc/slimmer/database-ca/ca.crt
{{- end }}
{{- end }}

{{- define "slimmer.databaseMounts" -}}
- name: database
  mountPath: /etc/slimmer/database
  readOnly: true
{{- if include "slimmer.databaseCaSecret" . }}
- name: database-ca
  mountPath: /etc/slimmer/database-ca
  readOnly: true
{{- end }}
{{- end }}

{{- define "slimmer.databaseVolumes" -}}
- name: database
  secret:
    secretName: {{ include "slimmer.databaseSecret" . }}
    defaultMode: 288 # 0440
    items:
      - key: {{ include "slimmer.databaseSecretKey" . }}
        path: secret
{{- with include "slimmer.databaseCaSecret" . }}
- name: database-ca
  secret:
    secretName: {{ . }}
    defaultMode: 288 # 0440
    items:
      - key: {{ ternary $.Values.postgres.external.caKey "ca.crt" (eq $.Values.postgres.mode "external") }}
        path: ca.crt
{{- end }}
{{- end }}

{{- define "slimmer.migrateEnv" -}}
- name: SLIMMER_LOG_LEVEL
  value: {{ .Values.logLevel }}
- name: SLIMMER_RETENTION
  value: {{ .Values.retention }}
{{ include "slimmer.databaseEnv" . }}
{{- end }}

{{/* The container that migrates: any number at once take turns under a lock. (dict "root" $ "of" .Values.serve). */}}
{{- define "slimmer.migrateContainer" -}}
- name: migrate
  image: {{ include "slimmer.image" .root }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args: [migrate, up]
  env:
    {{- $own := include "slimmer.migrateEnv" .root | fromYamlArray }}
    {{- include "slimmer.env" (dict "root" .root "of" .of "own" $own) | trim | nindent 4 }}
  resources:
    {{- toYaml .root.Values.migrations.resources | nindent 4 }}
  securityContext:
    {{- toYaml .root.Values.securityContext | nindent 4 }}
  volumeMounts:
    {{- include "slimmer.databaseMounts" .root | nindent 4 }}
{{- end }}
