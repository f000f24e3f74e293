namespace Scanlock.Cli.Datasets.Labels;

/// <summary>Which columns of a table hold what; or the problem, where one is not there.</summary>
internal sealed record LabelColumns(int Key, int Label, int? Patient, string? Problem)
{
    public static LabelColumns Find(CsvTable table, string kind, string? keyColumn, string label, string? patient)
    {
        var usual = kind switch
        {
            "file" => (string[])["file", "filename", "path"],
            "sop" => ["sop", "sop_instance_uid", "SOPInstanceUID"],
            "series" => ["series", "series_instance_uid", "SeriesInstanceUID"],
            "study" => ["study", "study_instance_uid", "StudyInstanceUID"],
            "accession" => ["accession", "accession_number", "AccessionNumber"],
            _ => ["patient", "patient_id", "PatientID"],
        };
        var names = keyColumn is null ? usual : [keyColumn];
        var key = names.Select(name => table.Headings.ToList().IndexOf(name)).FirstOrDefault(index => index >= 0, -1);
        var labelAt = table.Headings.ToList().IndexOf(label);
        var patientAt = patient is null ? (int?)null : table.Headings.ToList().IndexOf(patient);
        var problem = key < 0 ? $"no column {string.Join(" or ", names)}; name it with --key-column."
            : labelAt < 0 ? $"no column {label}."
            : patientAt < 0 ? $"no column {patient}."
            : null;
        return new(key, labelAt, patientAt, problem is null ? null : $"{problem} It has {string.Join(", ", table.Headings)}.");
    }
}
