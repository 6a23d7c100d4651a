{{/* The first part of every name. At most 40 characters, so that every suffix fits what Kubernetes allows (63, a StatefulSet's pods 52). */}}
{{- define "slimmer.fullname" -}}
{{- $chart := default .Chart.Name .Values.nameOverride -}}
{{- $name := .Release.Name -}}
{{- if not (contains $chart $name) }}{{ $name = printf "%s-%s" $name $chart }}{{ end -}}
{{- $name = default $name .Values.fullnameOverride -}}
{{- if gt (len $name) 40 -}}
{{- printf "%s-%s" ($name | trunc 33 | trimSuffix "-") ($name | sha256sum | trunc 6) -}}
{{- else -}}
{{- $name | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{/* The labels that never change: (dict "root" $ "component" "serve"). */}}
{{- define "slimmer.selectorLabels" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{/* All labels of an object. */}}
{{- define "slimmer.labels" -}}
{{ include "slimmer.selectorLabels" . }}
app.kubernetes.io/part-of: slimmer
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Name, namespace and labels of an object: (dict "root" $ "component" "serve"), with "name" where it is not <fullname>-<component>. */}}
{{- define "slimmer.metadata" -}}
name: {{ .name | default (printf "%s-%s" (include "slimmer.fullname" .root) .component) }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "slimmer.labels" . | nindent 2 }}
{{- end }}

{{/* repository:tag or repository@digest: (dict "image" .Values.image "tag" "default"). */}}
{{- define "slimmer.imageOf" -}}
{{- if .image.digest }}{{ .image.repository }}@{{ .image.digest }}
{{- else }}{{ .image.repository }}:{{ .image.tag | default .tag }}
{{- end }}
{{- end }}

{{- define "slimmer.image" -}}
{{ include "slimmer.imageOf" (dict "image" .Values.image "tag" .Chart.AppVersion) }}
{{- end }}

{{- define "slimmer.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "slimmer.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{/* Labels of a pod: (dict "root" $ "component" "serve" "of" .Values.serve). No version among them: a new chart alone restarts nothing. */}}
{{- define "slimmer.podLabels" -}}
{{- $own := include "slimmer.selectorLabels" . | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/part-of" "slimmer" -}}
{{- toYaml (mergeOverwrite dict .root.Values.podLabels .of.podLabels $own) }}
{{- end }}

{{/* Annotations of a pod; "metrics" is (list port path), "checksum" a text whose change restarts the pod. */}}
{{- define "slimmer.podAnnotations" -}}
{{- $all := dict -}}
{{- if and .metrics .root.Values.monitoring.annotations -}}
{{- $_ := set $all "prometheus.io/scrape" "true" -}}
{{- $_ := set $all "prometheus.io/port" (index .metrics 0) -}}
{{- $_ := set $all "prometheus.io/path" (index .metrics 1) -}}
{{- end -}}
{{- with .container }}{{ $_ := set $all "kubectl.kubernetes.io/default-container" . }}{{ end -}}
{{- with .checksum }}{{ $_ := set $all "checksum/config" (sha256sum .) }}{{ end -}}
{{- with mergeOverwrite $all .root.Values.podAnnotations .of.podAnnotations -}}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* What every pod says: no token, no Service addresses in its environment (a Service called slimmer-database would set
     SLIMMER_DATABASE_PORT), and where it may run. */}}
{{- define "slimmer.podDefaults" -}}
{{- $values := .root.Values -}}
serviceAccountName: {{ include "slimmer.serviceAccountName" .root }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .of.priorityClassName | default $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .of.nodeSelector | default $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .of.tolerations | default $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .of.affinity | default $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Spread over nodes and zones where the scheduler can; of the pods of one revision, so that a rollout ends spread too. */}}
{{- define "slimmer.topologySpread" -}}
topologySpreadConstraints:
{{- if .of.topologySpreadConstraints }}
  {{- toYaml .of.topologySpreadConstraints | nindent 2 }}
{{- else }}
{{- $context := . }}
{{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "slimmer.selectorLabels" $context | nindent 8 }}
    matchLabelKeys: [pod-template-hash]
{{- end }}
{{- end }}
{{- end }}

{{/* The chart's environment ("own", a list), then everybody's, then the workload's; of one name the last wins, so that no name is there
     twice (server-side apply refuses that). */}}
{{- define "slimmer.env" -}}
{{- $byName := dict -}}
{{- $names := list -}}
{{- range concat .own .root.Values.extraEnv .of.extraEnv -}}
{{- if not (hasKey $byName .name) }}{{ $names = append $names .name }}{{ end -}}
{{- $_ := set $byName .name . -}}
{{- end -}}
{{- range $names }}
- {{ toYaml (get $byName .) | indent 2 | trim }}
{{- end }}
{{- end }}

{{/* One or several names with commas, from a text or a list. */}}
{{- define "slimmer.names" -}}
{{- if kindIs "string" . }}{{ regexReplaceAll "\\s+" . "" }}{{ else }}{{ join "," . }}{{ end -}}
{{- end }}

{{/* The name that the notes and the test call by. */}}
{{- define "slimmer.grpcHost" -}}
{{- include "slimmer.names" .Values.hosts.grpc | splitList "," | first -}}
{{- end }}

{{/* The name of the dashboard, for the notes and the test. */}}
{{- define "slimmer.webHost" -}}
{{- include "slimmer.names" .Values.hosts.web | splitList "," | first -}}
{{- end }}

{{/* Names of the hosts, with commas, each once. */}}
{{- define "slimmer.hostNames" -}}
{{- $names := list -}}
{{- range list .Values.hosts.grpc .Values.hosts.web .Values.envoy.deviceHosts -}}
{{- $names = concat $names (include "slimmer.names" . | splitList "," | compact) -}}
{{- end -}}
{{- $names | uniq | join "," -}}
{{- end }}

{{/* The names by which Envoy is reached inside the cluster, with commas. */}}
{{- define "slimmer.clusterNames" -}}
{{- $service := printf "%s-envoy" (include "slimmer.fullname" .) -}}
{{- $inNamespace := printf "%s.%s" $service .Release.Namespace -}}
{{- list $service $inNamespace (printf "%s.svc" $inNamespace) (printf "%s.svc.cluster.local" $inNamespace) "localhost" | join "," -}}
{{- end }}

{{/* existing, certManager or made. */}}
{{- define "slimmer.tlsSource" -}}
{{- if .Values.tls.existingSecret }}existing{{ else if .Values.tls.certManager.enabled }}certManager{{ else }}made{{ end -}}
{{- end }}

{{- define "slimmer.tlsSecret" -}}
{{- .Values.tls.existingSecret | default (printf "%s-edge-tls" (include "slimmer.fullname" .)) -}}
{{- end }}
