"""The numbers of ECEI 2026.1, written down by hand from the project's notes on the standard, not from the catalogue.

A level is its numbers with their unit and direction: `<50%` below, `≤3` at most, `>25%` above, otherwise at least; `m`
months, `y` years, `km`. Twice the same counts once.
"""

# ruff: noqa: RUF001 - the official names have a dash
# number: (English name, bokmål name, benchmark, minimum, levels 0 to 4)
INDICATORS: dict[str, tuple[str, str, int, int | None, tuple[str, str, str, str, str]]] = {
    "1.1.0": (
        "Committed cluster participation",
        "Forpliktende deltakelse i klyngen",
        4,
        1,
        ("<50%", "50%", "70%", "85%", "95% 24m"),
    ),
    "1.1.1": (
        "Composition of the cluster participants",
        "Sammensetning av klyngedeltakerne",
        3,
        1,
        ("≤1", "2", "2 50%", "3 50%", "4 50% 24m"),
    ),
    "1.1.2": (
        "Number of committed cluster participants in total",
        "Antall forpliktede klyngedeltakere",
        3,
        1,
        ("<15", "15 24", "25 39", "40 59", "60"),
    ),
    "1.2": (
        "Geographical concentration of the cluster participants",
        "Geografisk konsentrasjon",
        3,
        None,
        ("<30% 150km", "30% 150km", "50% 150km", "65% 150km", "80% 150km"),
    ),
    "2.1": ("Maturity of the cluster management", "Klyngeledelsens modenhet", 3, 1, ("<1y", "1y", "2y", "3y", "5y")),
    "2.2.1": (
        "Human resources available for the cluster management",
        "Tilgjengelige personalressurser",
        3,
        None,
        ("<0.5", "0.5", "1 ≤60", "2 ≤40", "3 ≤25"),
    ),
    "2.2.2": (
        "Qualification of the cluster management team",
        "Klyngeteamets kvalifikasjoner",
        3,
        1,
        ("<1y", "1y", "3y 30%", "3y 50%", "5y 3y 70%"),
    ),
    "2.2.3": (
        "Life-long learning aspects for the cluster management team",
        "Livslang læring i klyngeteamet",
        3,
        None,
        ("<1 12m", "1 12m", "2 12m", "3 80% 12m", "5 12m"),
    ),
    "2.2.4": (
        "Stability and continuity of human resources of the team",
        "Stabilitet og kontinuitet i bemanningen",
        3,
        None,
        ("<50% 24m", "50% 24m", "65% 24m", "80% 24m", "90% 24m"),
    ),
    "2.3": (
        "Stability of cluster participation",
        "Stabilitet i deltakelsen",
        3,
        None,
        (">25% 12m", "≤25% 12m", "≤15% 12m", "≤10% 12m", "≤5% 12m"),
    ),
    "2.4": (
        "Clarity of roles – involvement of stakeholders in decision making",
        "Rolleklarhet og medvirkning i beslutninger",
        4,
        1,
        ("", "", "2", "4 50% 2", "4 50% 2"),
    ),
    "2.5": (
        "Direct personal contacts between team and participants",
        "Direkte personlig kontakt med deltakerne",
        4,
        1,
        ("<20% 12m", "20% 12m", "40% 12m", "60% 12m", "80% 12m"),
    ),
    "2.6": (
        "Degree of cooperation within the cluster participants",
        "Grad av samarbeid mellom deltakerne",
        3,
        1,
        ("<10% 24m", "10% 24m", "20% 24m", "35% 24m", "50% 24m"),
    ),
    "2.7": (
        "Integration of the cluster organisation in the innovation system",
        "Integrering i innovasjonssystemet",
        3,
        1,
        ("≤1", "2", "3", "4 1", "6 2 1 24m"),
    ),
    "3.1": (
        "Prospects of the financial resources of the cluster organisation",
        "Utsikter for finansieringen",
        3,
        None,
        ("80% <6m", "80% 6m", "80% 12m", "80% 18m", "80% 24m"),
    ),
    "3.2": (
        "Share of financial resources from private sources",
        "Andel privat finansiering",
        3,
        None,
        ("<10%", "10%", "20%", "30%", "45%"),
    ),
    "4.1.1": ("Strategy building process", "Strategiprosessen", 4, 1, ("", "", "10%", "25%", "40% ≤3y")),
    "4.1.2": ("Documentation of the cluster strategy", "Dokumentasjon av strategien", 4, 1, ("", "≤5y", "", "5", "5")),
    "4.1.3": ("Implementation plan", "Gjennomføringsplan (handlingsplan)", 4, 1, ("", "", "70%", "80%", "100%")),
    "4.1.4": ("Financial controlling system", "Økonomistyring", 4, 1, ("", "", "2", "4", "4 12m")),
    "4.1.5": (
        "Review of the cluster strategy and implementation plan",
        "Revisjon av strategi og gjennomføringsplan",
        4,
        1,
        ("36m", "36m", "12m", "12m 24m", "2"),
    ),
    "4.1.6": (
        "Performance monitoring of cluster management",
        "Resultatoppfølging av klyngeledelsen",
        4,
        1,
        ("", "3", "5", "8 2", "8 2"),
    ),
    "4.2": ("Focus of the cluster strategy", "Strategiens fokus", 3, None, ("", "", "≤7", "≤5 60%", "≤5 80%")),
    "4.3": (
        "Activities and services of the cluster management",
        "Aktiviteter og tjenester",
        4,
        1,
        ("≤1 12m", "2 3 12m", "4 25% 12m", "5 50% 12m", "6 70% 12m"),
    ),
    "4.4": (
        "Performance of the cluster management",
        "Klyngeledelsens resultater",
        3,
        1,
        ("<40%", "40%", "55%", "70%", "85%"),
    ),
    "4.5": ("Working groups", "Arbeidsgrupper", 3, None, ("12m", "1 12m", "2 12m", "3 20% 12m", "4 35% 12m")),
    "4.6.1": ("Communication of the cluster organisation", "Kommunikasjon", 3, 1, ("", "1 4", "2 6", "3", "3")),
    "4.6.2": (
        "Web presence of the cluster organisation",
        "Nettilstedeværelse",
        3,
        1,
        ("", "1", "1 3m", "1m", "1m 2.1 12m"),
    ),
    "5.1": (
        "Recognition in publications, press, media",
        "Omtale i publikasjoner, presse og medier",
        3,
        None,
        ("0 2 12m", "3 12m", "10 12m", "20 2 12m", "40 1 12m"),
    ),
    "5.2": ("Success stories", "Suksesshistorier", 3, None, ("24m", "1 2 24m", "3 4 24m", "5 3 24m", "8 5 1 24m")),
    "5.3": (
        "Customer and cluster participants' satisfaction assessment",
        "Tilfredshetsmåling blant kunder og deltakere",
        4,
        None,
        ("36m", "36m", "24m 20%", "18m 30% 3.5 5", "12m 40% 4 5"),
    ),
}

# What a Silver audit does not look at, and what could not be read; the other 19 have a minimum.
NOT_IN_SILVER_AUDIT = {"1.2", "2.2.1", "2.2.3", "2.2.4", "2.3", "3.1", "3.2", "4.2", "4.5", "5.1"}
NOT_READ = {"5.2", "5.3"}

# The Gold benchmark is 4 on these and 3 on the others.
BENCHMARK_4 = {"1.1.0", "2.4", "2.5", "4.1.1", "4.1.2", "4.1.3", "4.1.4", "4.1.5", "4.1.6", "4.3", "5.3"}
