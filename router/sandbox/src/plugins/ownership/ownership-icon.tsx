export function OwnershipIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinejoin="round">
      <rect x="9" y="3" width="6" height="5" rx="1.2" />
      <rect x="2.8" y="16" width="6" height="5" rx="1.2" />
      <rect x="15.2" y="16" width="6" height="5" rx="1.2" />
      <path d="M12 8v4M5.8 16v-4h12.4v4" />
    </svg>
  );
}
