using System.Text;

namespace Holdfast.Benchmarks.Load;

/// <summary>
/// E-mail text that compresses as e-mails do: common words at the frequencies of a language (Zipf's law), numbers and names in between. Words follow
/// one another at random, so there is less to find in it than in what people write: bytes on disk are not flattered. The same seed gives the same text.
/// </summary>
internal static class Prose
{
    private static readonly string[] Words = """
        the to and a of in is you i for it on that have with your be my this are as was we not but at if can or will would from me our please order
        they an there has do so all when what been which had no any about could one time know get more just how also am were out up now only than
        then should like who their some because after over into other us did his her here may before still first two new need last back want make
        see good help day since thank thanks email account number received sent paid payment invoice customer support refund delivery item product
        problem working already yesterday today week month morning monday tuesday friday again never every even though while where until again
        address phone website password login page error message screen button click changed update version computer machine charged card bank amount
        price total shipping package tracking arrived broken missing wrong damaged replace return exchange warranty service team manager company
        business contract subscription cancel renew plan upgrade billing question answer reply write called spoke told said asked waiting days hours
        minutes long soon quickly urgent important sorry unfortunately however therefore regarding concerning attached document file picture photo
        copy details information example reason different same another several many much less few almost enough too very really quite rather perhaps
        maybe probably certainly possible impossible available open closed start stop begin end continue finish complete confirm check look find found
        tried try using used install installed setting settings option choose chosen small large big old red blue black white green size colour kitchen
        garden office house street road town city country school children family friend husband wife daughter son birthday present holiday travel flight
        hotel booking reservation ticket train car bus station airport summer winter spring autumn weather rain water light power battery cable charger
        device tablet printer paper ink cartridge sound speaker noise window door table chair bed lamp shelf box glass metal wood plastic cotton leather
        shoes jacket shirt trousers dress hat gloves bag wallet watch ring coffee tea milk bread cheese sugar bottle plate spoon knife oven fridge
        washing drying cleaning repair engineer technician appointment visit between against without within during under above near far left right
        """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private static readonly string[] Names = ["Anna", "Miller", "Okafor", "Svensson", "Priya", "Garcia", "Tanaka", "Dubois", "Kowalski", "Hughes", "Novak", "Rossi"];

    private static readonly double[] Frequencies = MakeFrequencies();

    /// <summary>A JSON string of exactly so many bytes, the quotes included.</summary>
    public static byte[] Json(int seed, int bytes)
    {
        var random = new Random(seed);
        var text = new StringBuilder(bytes + 32).Append('"');
        text.Append("Hello ").Append(Names[random.Next(Names.Length)]).Append(",\\n\\n");
        var inSentence = 0;
        while (text.Length < bytes)
        {
            var word = random.Next(40) switch
            {
                0 => random.Next(10, 100_000).ToString(System.Globalization.CultureInfo.InvariantCulture),
                1 => Names[random.Next(Names.Length)],
                _ => Word(random),
            };
            text.Append(inSentence == 0 ? char.ToUpperInvariant(word[0]) + word[1..] : word);
            inSentence++;
            if (inSentence > 4 && random.Next(9) == 0)
            {
                text.Append(random.Next(5) == 0 ? ".\\n\\n" : random.Next(6) == 0 ? "? " : ". ");
                inSentence = 0;
            }
            else
            {
                text.Append(random.Next(14) == 0 ? ", " : " ");
            }
        }

        text.Length = bytes - 1;
        if (text[^1] == '\\')
            text[^1] = '.';
        return Encoding.ASCII.GetBytes(text.Append('"').ToString());
    }

    private static string Word(Random random)
    {
        var place = Array.BinarySearch(Frequencies, random.NextDouble());
        return Words[Math.Min(place < 0 ? ~place : place, Words.Length - 1)];
    }

    private static double[] MakeFrequencies()
    {
        var frequencies = new double[Words.Length];
        var sum = 0.0;
        for (var rank = 0; rank < frequencies.Length; rank++)
            frequencies[rank] = sum += 1.0 / (rank + 2.7);
        for (var rank = 0; rank < frequencies.Length; rank++)
            frequencies[rank] /= sum;
        return frequencies;
    }
}
