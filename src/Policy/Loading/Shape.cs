using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;

namespace Scanlock.Policy;

/// <summary>A key of a policy file; <paramref name="Inner"/> is the shape of its value where that is a map or a list of maps.</summary>
internal sealed record Field(string Key, bool Required, Shape? Inner = null);

/// <summary>The keys that a map may have. The JSON Schema beside the policies says the same, and a test compares them.</summary>
internal sealed record Shape(IReadOnlyList<Field> Fields)
{
    public IEnumerable<string> Keys => Fields.Select(each => each.Key);
}

/// <summary>The shape of a whole policy file.</summary>
internal static class PolicyShape
{
    public static Shape Request { get; } = new([
        Optional("user"), Optional("organisation"), Optional("role"), Optional("country"),
        Optional("site"), Optional("site_country"), Optional("trainer"),
        Optional("permission"), Optional("conditions"), Optional("disease"), Optional("ethics"),
        Optional("trials"), Optional("parameters"), Optional("epochs"), Optional("progress_values"), Optional("initial_weights"),
        Optional("patients"), Optional("approvals"), Optional("on"),
    ]);

    public static Shape Root { get; } = new([
        Required("dataset"),
        Required("steward"),
        Required("basis", new([Required("ethics"), Required("legal"), Optional("data_permit")])),
        Required("purposes", new([
            Required("permit"), Optional("modifiers"), Optional("diseases"), Optional("users"), Optional("institutions"), Optional("regions"),
        ])),
        Required("who", new([Required("organisation"), Required("role")])),
        Required("countries"),
        Required("sites"),
        Required("trainers"),
        Required("approvals", new([Required("need"), Required("role")])),
        Required("limits", new([Required("trials"), Required("parameters"), Required("epochs"), Required("progress_values")])),
        Required("minima", new([Required("batch"), Required("steps"), Required("patients")])),
        Required("initial_weights"),
        Required("isolation"),
        Required("lease"),
        Required("expires"),
        Required("egress", new([
            Required("max_bytes"), Required("precision"), Required("min_count"), Required("metrics"),
            Required("models", new([Required("review")])),
        ])),
        Optional("intake", new([
            Optional("burned_in_text"), Optional("archive"), Optional("deidentification", new([Optional("options"), Optional("safe_private")])),
        ])),
        Optional("tests", new([Required("name"), Required("request", Request), Required("expect"), Optional("because")])),
    ]);

    /// <summary>The keys that can be the reason of a decision.</summary>
    public static IReadOnlyList<string> Rules { get; } = [.. Root.Keys.Except(["steward", "basis", "lease", "intake", "tests"], StringComparer.Ordinal)];

    public static IReadOnlyList<string> Roles { get; } = Contracts.Access.Roles.All;

    public static IReadOnlyList<string> Isolation { get; } = IsolationWays.All;

    public static IReadOnlyList<string> Precisions { get; } = [TrainerJob.Bf16, TrainerJob.F32];

    public static IReadOnlyList<string> MetricsRules { get; } = ["auto", "review"];

    public const string Mask = "mask";

    public static IReadOnlyList<string> TextRules { get; } = ["quarantine", Mask];

    public const string CleanDescriptors = "clean-descriptors";
    public const string CleanStructuredContent = "clean-structured-content";
    public const string RetainModifiedDates = "retain-modified-dates";
    public const string RetainPatientCharacteristics = "retain-patient-characteristics";
    public const string RetainDeviceIdentity = "retain-device-identity";
    public const string CleanPixelData = "clean-pixel-data";

    /// <summary>Options of PS3.15's Basic Application Level Confidentiality Profile.</summary>
    public static IReadOnlyList<string> DeidentificationOptions { get; } =
        [CleanDescriptors, CleanStructuredContent, RetainModifiedDates, RetainPatientCharacteristics, RetainDeviceIdentity, CleanPixelData];

    public static IReadOnlyList<string> Outcomes { get; } = [.. Enum.GetValues<Outcome>().Select(outcome => outcome.Wire())];

    private static Field Required(string key, Shape? inner = null) => new(key, Required: true, inner);

    private static Field Optional(string key, Shape? inner = null) => new(key, Required: false, inner);
}
