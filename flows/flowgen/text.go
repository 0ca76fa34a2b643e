package flowgen

// frame is a flow without its topics.
const frame = `# yaml-language-server: $schema=flow.schema.json
#
# A flow of many topics: each asks for an order, looks it up, and plans a visit.

flow: generated_#FLOW
title: {en: "Topic #FLOW", es: "Tema #FLOW", pt: "Assunto #FLOW"}
languages: [en, es, pt]

triggers:
  - phrases:
      en: ["where is parcel kind #FLOW", "track parcel kind #FLOW", "status of parcel kind #FLOW"]
      es: ["dónde está el paquete tipo #FLOW", "seguir el paquete tipo #FLOW", "estado del paquete tipo #FLOW"]
      pt: ["onde está o pacote tipo #FLOW", "acompanhar o pacote tipo #FLOW", "situação do pacote tipo #FLOW"]

slots:
#SLOTS
initial: ask_0

on:
  agent: to_agent

states:
#TOPICS
  # --- People -----------------------------------------------------------------------------------------------------------

  to_agent:
    handoff:
      queue: orders
      priority: high
      say:
        en: "I'll bring in a colleague. They can see our chat, so you won't have to repeat anything."
        es: "Te paso con una persona del equipo. Puede ver lo que hemos hablado, así que no tendrás que repetir nada."
        pt: "Vou chamar uma pessoa da equipe. Ela pode ver nossa conversa, então você não vai precisar repetir nada."
      summary: 'Order {{ order_id_0 ?? "not given" }}: {{ order_0?.status ?? "not looked up" }}'
      outcomes: [resolved]
    on: {resolved: bye, abandoned: abandoned}

  abandoned:
    end: abandoned

  still_there:
    ask: silence_choice
    say:
      en: "Are you still there? We can go on whenever you like."
      es: "¿Sigues ahí? Podemos seguir cuando quieras."
      pt: "Você ainda está aí? Podemos continuar quando quiser."
    choices:
      go_on: {en: Let's go on, es: Seguimos, pt: Vamos continuar}
      person: {en: Talk to a person, es: Hablar con alguien, pt: Falar com alguém}
      done: {en: "That's all", es: Eso es todo, pt: É só isso}
    on: {go_on: ask_0, person: to_agent, done: bye, exhausted: to_agent}
    after: {30m: quiet}

  quiet:
    end: no_answer

  bye:
    say:
      en: "Have a good day{{ contact.name == '' ? '' : ', ' + contact.name }}!"
      es: "¡Que tengas un buen día{{ contact.name == '' ? '' : ', ' + contact.name }}!"
      pt: "Tenha um ótimo dia{{ contact.name == '' ? '' : ', ' + contact.name }}!"
    end: resolved
`

// topicSlots are what one topic remembers.
const topicSlots = `  order_id_#N:
    type: text
    title: {en: "order number #N", es: "número de pedido #N", pt: "número do pedido #N"}
    pattern: "[A-Z]{2}[0-9]{6}"
    example: AB123456
  order_#N: {type: object}
  visit_#N: {type: date, title: {en: "day #N", es: "día #N", pt: "dia #N"}, min: today + 1d}
  people_#N: {type: integer, title: {en: "people #N", es: "personas #N", pt: "pessoas #N"}, min: 1, max: 12}
`

// topic is nine states, each of a kind that the shipped flows have.
const topic = `
  # --- Topic #N ---------------------------------------------------------------------------------------------------------

  ask_#N:
    ask: order_id_#N
    say:
      en: "Happy to check. What is your order number for kind #FLOW.#N? It looks like AB123456 and is in your confirmation email."
      es: "Claro, lo miro. ¿Cuál es tu número de pedido del tipo #FLOW.#N? Es como AB123456 y está en tu correo de confirmación."
      pt: "Claro, vou verificar. Qual é o número do seu pedido do tipo #FLOW.#N? É parecido com AB123456 e está no e-mail de confirmação."
    reask:
      en: "Hmm, that does not look like an order number. It has two letters and six digits, for example AB123456."
      es: "Mmm, eso no parece un número de pedido. Son dos letras y seis números, por ejemplo AB123456."
      pt: "Hum, isso não parece um número de pedido. São duas letras e seis números, por exemplo AB123456."
    attempts: 3
    on: {answered: find_#N, exhausted: to_agent}
    after: {30m: still_there}

  find_#N:
    call:
      get: "{{ config.orders_url }}/orders/{{ order_id_#N }}"
      save: order_#N
      timeout: 5s
      retries: 2
    on: {ok: report_#N, 404: not_found_#N, failed: to_agent}

  not_found_#N:
    ask: not_found_choice_#N
    say:
      en: "I can't find {{ order_id_#N }}. Shall we try another number?"
      es: "No encuentro el pedido {{ order_id_#N }}. ¿Probamos con otro número?"
      pt: "Não encontrei o pedido {{ order_id_#N }}. Vamos tentar outro número?"
    choices:
      again: {en: Try another number, es: Probar con otro, pt: Tentar outro}
      person: {en: Talk to a person, es: Hablar con alguien, pt: Falar com alguém}
    on: {again: ask_#N, person: to_agent, exhausted: to_agent}
    after: {30m: still_there}

  report_#N:
    say:
      en: "Your order {{ order_id_#N }} is {{ order_#N?.status ?? 'on its way' }}. We expect it on {{ format_date(order_#N?.expected, 'day') }}."
      es: "Tu pedido {{ order_id_#N }} está {{ order_#N?.status ?? 'en camino' }}. Lo esperamos el {{ format_date(order_#N?.expected, 'day') }}."
      pt: "Seu pedido {{ order_id_#N }} está {{ order_#N?.status ?? 'a caminho' }}. Deve chegar {{ format_date(order_#N?.expected, 'day') }}."
    goto:
      - when: order_#N?.status == "lost"
        goto: to_agent
      - goto: next_#N

  next_#N:
    ask: next_step_#N
    say:
      en: "Anything else I can do for you about {{ order_id_#N }}?"
      es: "¿Te ayudo con algo más de {{ order_id_#N }}?"
      pt: "Posso ajudar com mais alguma coisa sobre {{ order_id_#N }}?"
    choices:
      visit: {en: Plan a visit, es: Planear una visita, pt: Marcar uma visita}
      another: {en: Another order, es: Otro pedido, pt: Outro pedido}
      done: {en: "No, thanks", es: "No, gracias", pt: "Não, é só isso"}
    on: {visit: day_#N, another: #NEXT, done: bye, exhausted: to_agent}
    after: {30m: still_there}

  day_#N:
    ask: visit_#N
    say:
      en: "On which day would you like to come?"
      es: "¿Qué día te gustaría venir?"
      pt: "Em que dia você gostaria de vir?"
    on: {answered: people_in_#N, exhausted: to_agent}
    after: {30m: still_there}

  people_in_#N:
    ask: people_#N
    say:
      en: "And how many will you be on {{ format_date(visit_#N) }}?"
      es: "¿Y cuántos seréis el {{ format_date(visit_#N) }}?"
      pt: "E quantas pessoas em {{ format_date(visit_#N) }}?"
    on: {answered: sleep_#N, exhausted: to_agent}
    after: {30m: still_there}

  sleep_#N:
    say:
      en: "Noted: {{ plural(people_#N, 'one person', '{} people') }}, {{ format_date(visit_#N) }}. I will write to you the day before."
      es: "Apuntado: {{ plural(people_#N, 'una persona', '{} personas') }}, {{ format_date(visit_#N) }}. Te escribo el día antes."
      pt: "Anotado: {{ plural(people_#N, 'uma pessoa', '{} pessoas') }}, {{ format_date(visit_#N) }}. Escrevo para você no dia anterior."
    wait: {until: visit_#N - 1d + 10h}
    on: {elapsed: remind_#N, missed: #NEXT}

  remind_#N:
    say:
      - text:
          en: "See you tomorrow! You come with {{ people_#N }} people, for order {{ order_id_#N }}."
          es: "¡Nos vemos mañana! Vienes con {{ people_#N }} personas, por el pedido {{ order_id_#N }}."
          pt: "Até amanhã! Você vem com {{ people_#N }} pessoas, pelo pedido {{ order_id_#N }}."
        template:
          name: visit_tomorrow
          language: {en: en, es: es, pt: pt_BR}
          parameters: ["{{ people_#N }}", "{{ order_id_#N }}"]
    end: reminded
`
