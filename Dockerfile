# Odoo's own image with Loyalty Club: docs/containers.md says how to start it.
FROM odoo:19.0

USER root
# Debian's Python is the image's own: there is no other one in it to break.
RUN pip3 install --no-cache-dir --break-system-packages \
        persiantools==6.2.0 phonenumbers==9.0.43 python-stdnum==1.19
# .dockerignore lets the addons through, and nothing else.
COPY . /mnt/extra-addons/
USER odoo
