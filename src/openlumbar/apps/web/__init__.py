"""The app in the browser: pages, the live coach's WebSocket, uploads. `app.create_app` makes it."""
