namespace Holdfast.EmailSupport.Mail.Intake;

/// <summary>Hands an e-mail over to be handled. Handing the same one over again changes nothing.</summary>
/// <returns>Whether it is new. False: it was handed over before.</returns>
/// <exception cref="MailRefusedException">This one will never be taken.</exception>
/// <exception cref="Exception">It was not taken now: try again.</exception>
internal delegate Task<bool> StartEmail(EmailMessage email, CancellationToken cancellationToken);
