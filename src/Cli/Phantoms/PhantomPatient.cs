using System.Globalization;

namespace Scanlock.Cli.Phantoms;

/// <summary>
/// An invented person, as a hospital's headers would name one. None of it is anyone's; it is there so that whoever looks for identifiers
/// where none may be has something to find.
/// </summary>
public sealed record PhantomPatient(
    string FamilyName, string GivenName, string Id, string BirthDate, string Sex, string Accession, string StudyDate, string Address, string Phone,
    string Physician, string Institution)
{
    private static readonly string[] Starts = ["Bran", "Cor", "Dal", "Fen", "Gor", "Hal", "Ister", "Kel", "Lor", "Mard", "Nev", "Orl", "Pell", "Quen", "Ros", "Tam"];
    private static readonly string[] Ends = ["amoor", "bewick", "combe", "dottir", "enfell", "fyrth", "gwyn", "hollow", "ioness", "kettle", "lund", "mere"];
    private static readonly string[] Given = ["Amabel", "Barnaby", "Cosima", "Dorian", "Eluned", "Fergus", "Griselda", "Hyacinth", "Isolde", "Jocasta", "Leopold", "Mirabel"];

    /// <summary>The person a seed gives to a number.</summary>
    public static PhantomPatient Invent(long seed, int number)
    {
        var random = PhantomRandom.For(seed, number, 3);
        var day = new DateOnly(1935, 1, 1).AddDays(random.Between(0, 22_000));
        var study = new DateOnly(2024, 1, 1).AddDays(random.Between(0, 700));
        return new PhantomPatient(
            random.Pick(Starts) + random.Pick(Ends),
            random.Pick(Given),
            $"MRN{random.Between(1_000_000, 9_999_999)}-{number}",
            day.ToString("yyyyMMdd", CultureInfo.InvariantCulture),
            random.Between(0, 1) == 0 ? "F" : "M",
            $"ACC{random.Between(100_000_000, 999_999_999)}",
            study.ToString("yyyyMMdd", CultureInfo.InvariantCulture),
            $"{random.Between(1, 199)} {random.Pick(Starts)}{random.Pick(Ends)} Row",
            $"+00 555 {random.Between(100_000, 999_999)}",
            random.Pick(Starts) + random.Pick(Ends),
            "Infirmary of " + random.Pick(Starts) + random.Pick(Ends));
    }

    /// <summary>The strings that may be found nowhere but in the objects themselves.</summary>
    public IReadOnlyList<string> Identifiers => [FamilyName, GivenName, Id, BirthDate, Accession, Address, Phone, Physician, Institution];
}
