using Scanlock.Contracts.Gateway;

namespace Scanlock.Gateway.Datasets.Quality;

/// <summary>Counts findings and keeps as many as a report lists, the gravest first.</summary>
internal sealed class QualityTally
{
    private readonly Dictionary<QualityCode, int> _codes = [];
    private readonly Dictionary<QualitySeverity, List<QualityFinding>> _kept = [];
    private readonly Dictionary<QualitySeverity, int> _severities = [];

    public IReadOnlyDictionary<QualityCode, int> Codes => _codes;

    public IReadOnlyDictionary<QualitySeverity, int> Severities => _severities;

    public IReadOnlyList<QualityFinding> Gravest =>
    [
        .. _kept.OrderBy(kept => kept.Key)
            .SelectMany(kept => kept.Value.OrderBy(finding => finding.Code).ThenBy(finding => finding.Series ?? finding.Patient, StringComparer.Ordinal))
            .Take(QualityReport.MaxFindings),
    ];

    public void Add(IEnumerable<QualityFinding> findings)
    {
        foreach (var finding in findings)
        {
            _codes[finding.Code] = _codes.GetValueOrDefault(finding.Code) + 1;
            _severities[finding.Severity] = _severities.GetValueOrDefault(finding.Severity) + 1;
            if (!_kept.TryGetValue(finding.Severity, out var kept))
            {
                _kept[finding.Severity] = kept = [];
            }

            if (kept.Count < QualityReport.MaxFindings)
            {
                kept.Add(finding);
            }
        }
    }
}
