export function PlanIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round">
      <path d="M3.5 3.5v17h17" strokeLinejoin="round" />
      <path d="M7 8h6M10 12.5h7M14 17h5" strokeWidth="2.6" />
    </svg>
  );
}
