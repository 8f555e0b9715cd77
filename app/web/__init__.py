"""What both faces share about HTTP: who asks, in which language, what errors mean, what every answer carries."""
