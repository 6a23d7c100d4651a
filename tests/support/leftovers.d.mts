export const RUN_LABEL: string;
